"""The open pipeline by stage, as bars."""

from typing import Any

import pandas as pd

from salesanalytics.analyses.dashboard.pipeline import Pipeline
from salesanalytics.show.blocks import Figure, Missing, Nothing
from salesanalytics.show.charts.bars import bars
from salesanalytics.show.words import Words


def pipeline_figure(pipeline: Pipeline, words: Words) -> Figure | Missing | Nothing:
    """Open deals per stage, in money; where no amount is known, counted."""
    stages = pipeline.table
    deals, amount, due, nameless = (stages[name].sum() for name in ("deals", "amount", "due", "without_amount"))
    caption: Any = {"subtitle": words.say("pipeline.subtitle", day=pipeline.as_of), "alt": words.say("pipeline.alt")}
    if not deals:
        return Missing(words.say("pipeline.missing"))
    if not amount:
        return bars(
            stages, "stage", "deals", words=words, unit="count", title=words.say("pipeline.title_plain", n=deals), **caption
        )
    parts = {words.say("pipeline.due"): stages["due"], words.say("pipeline.later"): stages["amount"] - stages["due"]}
    long = pd.concat([pd.DataFrame({"stage": stages["stage"], "part": part, "value": value}) for part, value in parts.items()])
    title = words.say("pipeline.title", n=deals, amount=amount, due=due)
    note = words.say("pipeline.note", n=nameless) if nameless else ""
    return bars(long, "stage", "value", parts="part", words=words, title=title, note=note, **caption)
