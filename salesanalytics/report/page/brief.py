"""What a page opens with, and which of two orders about one subject stands.

In: the findings of all chapters, each with what it is about, what its next step does to that, and what it rests on. Out: at
most four for the top of the page, and the findings that lose their order or their alarm. Facts stay where they are; an order is
withheld where another about the same subject says the opposite. Knows no analysis: it goes by `about`, `says`, `rests_on`.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta

from salesanalytics.base.finding import urgency
from salesanalytics.report.page.content import Placed
from salesanalytics.show.blocks import FindingBlock, Standing
from salesanalytics.show.words import Words

MOST, LEAST = 4, 3
LEADING = "landing"
"""The question that says where the running period ends: its first finding opens the page, always."""
WHOLE = "freshness"
"""The question whether the data are whole: where they are not, that comes before all else."""
CHANGED = "last_week"
"""The question what changed since last week: its finding comes second, and what to do about it stands."""
OPPOSED = frozenset(
    frozenset(pair.split(" × "))
    for pair in ("raise × lower", "raise × keep", "lower × keep", "start × stop", "hire × stop", "hire × lower")
)
NOBODYS = ("target.growth", "target.last_year")
"""Assumptions that stand in for what people have not decided: nothing is urgent on them, and nothing opens a page."""
HOUSEKEEPING = "record"
IMPOSSIBLE = "calls.above_all"
"""A call above all that can come: plain arithmetic is told before any statistics."""
LITTLE = 0.02
"""Of the likely end: what moves less money than that may be worth doing, and is nothing to act on now."""
Place = tuple[str, int, int, int]


@dataclass(frozen=True, slots=True)
class Brief:
    """`top`: what the page opens with, in order. `changed`: findings that stand in their chapters otherwise than as found.
    `answers`: by chapter, what it comes to in a line; missing where it found nothing.
    """

    top: tuple[Placed, ...]
    changed: Mapping[Place, FindingBlock]
    answers: Mapping[str, str]


def brief(placed: Sequence[Placed], words: Words, by: date | None = None) -> Brief:
    """The findings among `placed`, judged together; `by`: the day by which what is asked for this period should be done."""
    found = [one for one in placed if isinstance(one.block, FindingBlock)]
    leading = next((one for one in found if _leads(_told(one))), None)
    likely = next((one.block.likely for one in placed if isinstance(one.block, Standing)), 0.0)
    changed: dict[Place, FindingBlock] = {}
    standing: list[Placed] = []
    for one in sorted(found, key=lambda one: _authority(_told(one))):
        told = _told(one)
        if told.severity == "act" and (_on_nobodys_word(told) or _moves_little(told, likely)):
            told = changed[place_of(one)] = replace(told, severity="watch", label=words.say("severity.watch"))
        if leading is not None and one is not leading and _evidence_for(told, _told(leading)):
            changed[place_of(one)] = replace(told, next_step=words.say("brief.told_above"), says="", owner="")
        elif any(_opposed(told, _told(other)) for other in standing):
            changed[place_of(one)] = replace(told, next_step=words.say("brief.other_order"), says="", owner="")
        else:
            standing.append(one)
    standing = [replace(one, block=changed.get(place_of(one), one.block)) for one in standing]
    top = tuple(replace(one, block=_dated(_headed(_in_short(_told(one)), words), words, by)) for one in _top(standing))
    return Brief(top, changed, _answers(standing))


def _headed(told: FindingBlock, words: Words) -> FindingBlock:
    """What always stands first is headed by what it says unless it presses: “watch” above “act” reads as an order of weight."""
    head = "brief.leading" if _leads(told) else "brief.changed" if _question(told) == CHANGED else ""
    return replace(told, label=words.say(head)) if head and told.severity != "act" else told


def _dated(told: FindingBlock, words: Words, by: date | None) -> FindingBlock:
    """With the day beside who should do it."""
    if by is None or not told.owner or not told.next_step or told.horizon != "now":
        return told
    return replace(told, owner=words.say("brief.by", owner=told.owner, by=by))


def friday_after(day: date) -> date:
    """The Friday of the working week that a page made from data to `day` is read in."""
    return day + timedelta(days=(4 - day.weekday()) % 7 or 7)


def _in_short(told: FindingBlock) -> FindingBlock:
    """A finding as the top of a page says it: its headline, where it has one; the rest stands in its chapter."""
    return replace(told, sentence=told.headline, headline="") if told.headline else told


def place_of(one: Placed) -> Place:
    """Where a block stands on the page."""
    return one.chapter, *one.place


def _answers(standing: Sequence[Placed]) -> dict[str, str]:
    """What each chapter comes to in a line: its finding that presses most, of those whose order stands."""
    mine: dict[str, list[FindingBlock]] = {}
    for one in standing:
        mine.setdefault(one.chapter, []).append(_told(one))
    first = {chapter: min(blocks, key=_comes_first) for chapter, blocks in mine.items()}
    return {chapter: _in_short(block).sentence for chapter, block in first.items()}


def _comes_first(told: FindingBlock) -> tuple[bool, bool, tuple[int, float]]:
    return not _leads(told), told.says == HOUSEKEEPING, _presses(told)


def _presses(told: FindingBlock) -> tuple[int, float]:
    return urgency(told.severity, told.weight)


def _top(standing: Sequence[Placed]) -> tuple[Placed, ...]:
    """That the data are not whole; where the period lands; what changed; a call that cannot be; then what presses most, one per
    subject, and good news up to three.
    """
    first = [one for one in standing if _question(_told(one)) == WHOLE and _told(one).severity == "act"]
    first += [one for one in standing if _leads(_told(one))][:1]
    first += [one for one in standing if _question(_told(one)) == CHANGED][:1]
    chosen = [*first, *[one for one in standing if _told(one).key == IMPOSSIBLE][:1]]
    subjects = {_told(one).about for one in chosen if _told(one).about}
    rest = [one for one in standing if one not in chosen and _opens(_told(one))]
    for one in sorted(rest, key=lambda one: _presses(_told(one))):
        told = _told(one)
        fills = told.severity == "good" or (told.severity == "watch" and not told.weight)
        full = len(chosen) >= (LEAST if fills else MOST)
        if not full and (not told.about or told.about not in subjects):
            chosen.append(one)
            subjects.add(told.about)
    after = [one for one in chosen if one not in first]
    return (*first, *sorted(after, key=lambda one: _presses(_told(one))))


def _told(one: Placed) -> FindingBlock:
    assert isinstance(one.block, FindingBlock)  # noqa: S101 - only findings are judged
    return one.block


def _question(told: FindingBlock) -> str:
    return told.key.rpartition(".")[0]


def _leads(told: FindingBlock) -> bool:
    """Whether it says where the period ends; the leading question says more than that, of new business for one."""
    return _question(told) == LEADING and told.about.startswith("forecast:")


def _authority(told: FindingBlock) -> tuple[bool, bool, tuple[int, float]]:
    """Whose order stands: the leading question's, then what rests on people's word, then what presses more."""
    return _question(told) != LEADING, _on_nobodys_word(told), _presses(told)


def _on_nobodys_word(told: FindingBlock) -> bool:
    return any(one in NOBODYS for one in told.rests_on)


def _moves_little(told: FindingBlock, likely: float) -> bool:
    """Whether a finding is about less money than matters to where the period lands; data that are not whole always matter."""
    return told.weight < LITTLE * likely and not _leads(told) and _question(told) != WHOLE


def _opens(told: FindingBlock) -> bool:
    """Whether a finding may open the page: not what rests on nobody's word, and no housekeeping."""
    return not _on_nobodys_word(told) and told.says != HOUSEKEEPING


def _evidence_for(told: FindingBlock, leading: FindingBlock) -> bool:
    """Whether a finding speaks of the very forecast that the leading one makes."""
    return bool(told.about) and told.about == leading.about and _question(told) not in (LEADING, CHANGED)


def _opposed(one: FindingBlock, other: FindingBlock) -> bool:
    """Whether two orders about one subject, in one period, go against each other; no id stands for all of a kind."""
    kind, _, name = one.about.partition(":")
    other_kind, _, other_name = other.about.partition(":")
    same = bool(kind) and kind == other_kind and (not name or not other_name or name == other_name)
    return same and one.horizon == other.horizon and frozenset((one.says, other.says)) in OPPOSED
