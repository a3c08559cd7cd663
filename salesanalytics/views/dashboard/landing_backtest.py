"""How right such ranges were before: a chart of past periods, and a table by week."""

from typing import TYPE_CHECKING, Protocol

from salesanalytics.show.blocks import Blocks, Figure, Missing, Nothing, TableBlock
from salesanalytics.show.charts.lines import lines
from salesanalytics.show.tables import Col, table
from salesanalytics.show.words import Words

if TYPE_CHECKING:
    import pandas as pd


class Backtested(Protocol):
    """What `landing_past` shows: `table` (period_start, week, low, middle, high, came, inside) and `by_week`."""

    @property
    def table(self) -> "pd.DataFrame": ...
    @property
    def by_week(self) -> "pd.DataFrame": ...
    @property
    def brier(self) -> float | None: ...
    @property
    def brier_base(self) -> float | None: ...


def past_landings(found: Backtested, words: Words, *, week: int | None = None) -> Blocks:
    """What past periods brought beside the range seen in `week` (default: the middle one asked for), and a table by week."""
    rows = found.table
    if rows.empty:
        return Blocks((Missing(words.say("missing.landing_past")),))
    weeks = sorted(rows["week"].unique())
    shown = rows[rows["week"] == (weeks[len(weeks) // 2] if week is None else week)]
    return Blocks((_past_chart(shown, words), _past_table(found, words)))


def _past_chart(shown: "pd.DataFrame", words: Words) -> Figure | Nothing:
    import pandas as pd

    came = shown.assign(value=shown["came"], who=words.say("landing_past.came"))[["period_start", "value", "who"]]
    said = shown.assign(value=shown["middle"], who=words.say("landing_past.said"))
    return lines(
        pd.concat([came, said[["period_start", "value", "who", "low", "high"]]]),
        "period_start",
        "value",
        words=words,
        series="who",
        us=words.say("landing_past.came"),
        low="low",
        high="high",
        title=words.say("landing_past.title.right", inside=int(shown["inside"].sum()), n=len(shown)),
        subtitle=words.say("landing_past.subtitle", week=int(shown["week"].iloc[0])),
        note=words.say("landing_past.note"),
        alt=words.say("landing_past.alt"),
    )


def _past_table(found: Backtested, words: Words) -> TableBlock | Nothing:
    columns = [
        Col("week", words.say("landing_past.week"), "count"),
        Col("n", words.say("landing_past.n"), "count"),
        Col("wape", words.say("landing_past.wape"), "percent"),
        Col("bias", words.say("landing_past.bias"), "percent_signed"),
        Col("coverage", words.say("landing_past.coverage"), "percent"),
    ]
    notes = [words.say("landing_past.table_note")]
    if found.brier is not None and found.brier_base is not None:
        notes.append(words.say("landing_past.calibration", brier=found.brier, base=found.brier_base))
    return table(
        found.by_week,
        columns,
        words=words,
        title=words.say("landing_past.table"),
        subtitle=words.say("landing_past.table_subtitle", periods=int(found.table["period_start"].nunique())),
        note=" ".join(notes),
    )
