"""How right such ranges were before: a chart of past periods, and how often chances came true."""

import pandas as pd

from salesanalytics.analyses.dashboard.landing_backtest import LandingBacktest
from salesanalytics.show.blocks import Blocks, Figure, Missing, Nothing, TableBlock
from salesanalytics.show.charts.lines import lines
from salesanalytics.show.tables import Col, table
from salesanalytics.show.words import Words


def past_landings(found: LandingBacktest, words: Words) -> Blocks:
    """What past periods brought beside the range seen in the middle one of the weeks asked for, and how often
    chances came true."""
    rows = found.table
    if rows.empty:
        return Blocks((Missing(words.say("landing_backtest.missing")),))
    weeks = sorted(rows["week"].unique())
    shown = rows[rows["week"] == weeks[len(weeks) // 2]]
    return Blocks((_past_chart(shown, words), _chances_table(found, words)))


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


def _chances_table(found: LandingBacktest, words: Words) -> TableBlock | Nothing:
    """How often goals were reached and deals won that had been given such a chance."""
    bands = found.chances.groupby(["low", "high"], sort=True)
    rows = []
    for (low, high), part in bands:
        of = {str(row["kind"]): _of(words, row["came"], row["n"]) for row in part.to_dict("records")}
        rows.append({"band": words.say("landing_backtest.chances.band", low=low, high=high), **of})
    columns = [
        Col("band", words.say("landing_backtest.chances.said"), "said"),
        Col("goal", words.say("landing_backtest.chances.goal"), "figure"),
        Col("deal", words.say("landing_backtest.chances.deal"), "figure"),
    ]
    return table(
        pd.DataFrame(rows),
        columns,
        words=words,
        title=words.say("landing_backtest.chances.title"),
        subtitle=words.say("landing_backtest.chances.subtitle", periods=int(found.table["period_start"].nunique())),
        note=words.say("landing_backtest.chances.note"),
    )


def _of(words: Words, came: float, n: float) -> str | None:
    return words.say("landing_backtest.chances.of", came=int(came), n=int(n)) if n else None
