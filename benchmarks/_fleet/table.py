"""All figures for a reader. In: figures of all rounds. Out: lines of text; medians, the lowest and the highest in brackets."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from statistics import median

from .marks import Mark, Round
from .scale import Many, Size
from .ways import LABELS

_VERDICT = {True: "PASS", False: "FAIL", None: "not measured"}


def ways_table(rounds: Sequence[Round], memory: Sequence[Mapping[str, float]]) -> Iterator[str]:
    """What a team's report costs, by way."""
    head = f"{'per team report, all chapters':<38} {'CPU s':>20} {'wall s':>20} {'reports/min':>20}"
    yield f"{head} {'paid once, CPU s':>20} {'peak memory, MB':>20}"
    for way, label in LABELS.items():
        costs = [round[way] for round in rounds if way in round]
        if costs:
            columns = (
                spread([cost.cpu for cost in costs]),
                spread([cost.wall for cost in costs]),
                spread([cost.per_minute for cost in costs]),
                spread([cost.once for cost in costs]) if way != "floor" else "–",
                spread([one[way] for one in memory if way in one]),
            )
            yield f"{label:<38} {' '.join(f'{column:>20}' for column in columns)}"
    for way in ("ours 1", "ours 2"):
        costs = [round[way] for round in rounds if way in round]
        if costs:
            kernels, rest = [cost.kernels or 0 for cost in costs], [cost.cpu - (cost.kernels or 0) for cost in costs]
            whole = f"whole run of {costs[0].reports} reports: {spread([cost.whole.wall for cost in costs])} s"
            used = f"{spread([cost.whole.cpu for cost in costs])} CPU s"
            yield f"{LABELS[way]}: kernels {spread(kernels)} CPU s a report, workers and pages {spread(rest)}; {whole}, {used}"
        teams = [one[f"{way}, teams"] for one in memory if f"{way}, teams" in one]
        if teams:
            yield f"{LABELS[way]}: peak memory while teams are made, without the company's chapter: {spread(teams)} MB"


def scale_table(sizes: Sequence[Size], many: Many | None) -> Iterator[str]:
    """What grows with the company, and what does not."""
    if sizes:
        head = f"{'opportunities':>14} {'teams':>6} {'a team has':>11} {'CPU s per team report':>26}"
        yield f"{head} {'company chapter, CPU s':>24} {'built in, s':>12}"
    for size in sizes:
        row = f"{size.deals:>14,} {size.teams:>6} {size.of_team:>11,.0f} {spread(size.cpu):>26}"
        yield f"{row} {size.company:>24.1f} {f'{size.built.wall:.0f}' if size.built else '(was there)':>12}"
    if many:
        yield f"8 teams of 100: {spread(many.some)} CPU s a report; 64 of them: {spread(many.more)}"
        yield f"all 100 teams, 2 lanes: {many.all.wall:.1f} s, {many.all.cpu:.1f} CPU s"
        used = f"{spread([one.cpu for one in many.unchanged])} CPU s"
        yield f"all 100 unchanged: {spread([one.wall for one in many.unchanged])} s, {used}"


def marks_table(marks: Iterable[Mark]) -> Iterator[str]:
    """Promises, and whether they were kept."""
    for mark in marks:
        limit = f"{'≥' if mark.least else '≤'} {mark.limit:g} {mark.unit}"
        found = f"{spread(mark.figures)} {mark.unit}" if mark.figures else ""
        yield f"{_VERDICT[mark.holds]:<13} {mark.what:<50} {limit:>12}   {found:<28} {mark.beside}".rstrip()


def spread(figures: Sequence[float]) -> str:
    """Their median, and between which they lie."""
    if not figures:
        return "–"
    middle = _number(median(figures))
    return middle if len(figures) == 1 else f"{middle} ({_number(min(figures))}–{_number(max(figures))})"


def _number(figure: float) -> str:
    return f"{figure:.0f}" if abs(figure) >= 100 else f"{figure:.1f}" if abs(figure) >= 10 else f"{figure:.2f}"
