"""How new sellers come up to speed: what they open as a line with its range, beside what they win and all teams together."""

import pandas as pd

from salesanalytics.analyses.recruiting.ramp import REACHED, RampUp
from salesanalytics.show.blocks import Block, Missing
from salesanalytics.show.charts.lines import lines
from salesanalytics.show.sentences import chart_title
from salesanalytics.show.words import Words


def ramp_figure(found: RampUp, words: Words) -> Block:
    """Share of full speed by month of tenure; the range is that of deals opened."""
    if not found.known:
        return Missing(words.say("ramp.missing", n=found.newcomers))
    own = [_line(found.table, outcome, words.say(f"ramp.line.{outcome}")) for outcome in ("opened", "won")]
    others = [_line(found.company, "opened", words.say("ramp.line.company"))] if len(found.company) else []
    rows = pd.concat([*own, *others], ignore_index=True)
    wide = rows["line"] == words.say("ramp.line.opened")
    return lines(
        rows.assign(low=rows["low"].where(wide), high=rows["high"].where(wide)),
        "after",
        "share",
        words=words,
        series="line",
        us=words.say("ramp.line.opened"),
        low="low",
        high="high",
        goal=REACHED,
        goal_text=words.say("ramp.goal"),
        unit="share",
        title=chart_title(found.headline, words) if found.headline else words.say("ramp.heading"),
        subtitle=words.say("ramp.subtitle"),
        note=words.say("ramp.note", n=found.newcomers),
        alt=words.say("ramp.alt"),
    )


def _line(table: pd.DataFrame, outcome: str, name: str) -> pd.DataFrame:
    rows = table[table["outcome"] == outcome]
    return rows.assign(line=name, after=rows["month"].astype("float64") + 0.5)
