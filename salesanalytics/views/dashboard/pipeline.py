"""The open pipeline by stage, as bars."""

import datetime as dt
from typing import TYPE_CHECKING, Any

from salesanalytics.show.blocks import Figure, Missing, Nothing
from salesanalytics.show.charts.bars import bars
from salesanalytics.show.words import Words

if TYPE_CHECKING:
    import pandas as pd


def pipeline_figure(stages: "pd.DataFrame", words: Words, *, as_of: dt.date) -> Figure | Missing | Nothing:
    """Open deals per stage; `stages` has stage, deals, amount, due, without_amount. Without amounts it counts deals."""
    import pandas as pd

    deals, amount, due, nameless = (stages[name].sum() for name in ("deals", "amount", "due", "without_amount"))
    caption: Any = {"subtitle": words.say("pipeline.subtitle", day=as_of), "alt": words.say("pipeline.alt")}
    if not deals:
        return Missing(words.say("missing.pipeline"))
    if not amount:
        return bars(
            stages, "stage", "deals", words=words, unit="count", title=words.say("pipeline.title_plain", n=deals), **caption
        )
    parts = {words.say("pipeline.due"): stages["due"], words.say("pipeline.later"): stages["amount"] - stages["due"]}
    long = pd.concat([pd.DataFrame({"stage": stages["stage"], "part": part, "value": value}) for part, value in parts.items()])
    title = words.say("pipeline.title", n=deals, amount=amount, due=due)
    note = words.say("pipeline.note", n=nameless) if nameless else ""
    return bars(long, "stage", "value", parts="part", words=words, title=title, note=note, **caption)
