"""How right such ranges were before: a chart of past periods, and a table by week."""

import pandas as pd

from salesanalytics.analyses.dashboard.landing_backtest import LandingBacktest
from salesanalytics.show.blocks import Blocks, Figure, Missing, Nothing, TableBlock
from salesanalytics.show.charts.lines import lines
from salesanalytics.show.tables import Col, table
from salesanalytics.show.words import Words


def past_landings(found: LandingBacktest, words: Words) -> Blocks:
    """What past periods brought beside the range seen in the middle one of the weeks asked for, and a table by week."""
    rows = found.table
    if rows.empty:
        return Blocks((Missing(words.say("landing_backtest.missing")),))
    weeks = sorted(rows["week"].unique())
    shown = rows[rows["week"] == weeks[len(weeks) // 2]]
    return Blocks((_past_chart(shown, words), _past_table(found, words)))


def _past_chart(shown: pd.DataFrame, words: Words) -> Figure | Nothing:
    actual = shown.assign(value=shown["actual"], who=words.say("landing_backtest.actual"))[["period_start", "value", "who"]]
    forecast = shown.assign(value=shown["middle"], who=words.say("landing_backtest.forecast"))
    return lines(
        pd.concat([actual, forecast[["period_start", "value", "who", "low", "high"]]]),
        "period_start",
        "value",
        words=words,
        series="who",
        us=words.say("landing_backtest.actual"),
        low="low",
        high="high",
        title=words.say("landing_backtest.title.right", inside=int(shown["inside"].sum()), n=len(shown)),
        subtitle=words.say("landing_backtest.subtitle", week=int(shown["week"].iloc[0])),
        note=words.say("landing_backtest.note"),
        alt=words.say("landing_backtest.alt"),
    )


def _past_table(found: LandingBacktest, words: Words) -> TableBlock | Nothing:
    columns = [
        Col("week", words.say("landing_backtest.week"), "count"),
        Col("n", words.say("landing_backtest.n"), "count"),
        Col("wape", words.say("landing_backtest.wape"), "percent"),
        Col("bias", words.say("landing_backtest.bias"), "percent_signed"),
        Col("coverage", words.say("landing_backtest.coverage"), "percent"),
    ]
    notes = [words.say("landing_backtest.table_note")]
    if found.brier is not None and found.brier_base is not None:
        notes.append(words.say("landing_backtest.calibration", brier=found.brier, base=found.brier_base))
    return table(
        found.by_week,
        columns,
        words=words,
        title=words.say("landing_backtest.table"),
        subtitle=words.say("landing_backtest.table_subtitle", periods=int(found.table["period_start"].nunique())),
        note=" ".join(notes),
    )
