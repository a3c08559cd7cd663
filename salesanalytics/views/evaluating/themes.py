"""What comments speak of: one row per group and theme, those that stand out first."""

from collections.abc import Mapping
from typing import Any

from salesanalytics.analyses.evaluating.themes import ENOUGH, Themes
from salesanalytics.show.blocks import Block, Missing
from salesanalytics.show.tables import Col, table
from salesanalytics.show.words import Words

MOST = 8


def themes_table(found: Themes, words: Words) -> Block:
    """The share of comments with its range, a year before, and beside low and high scores."""
    rows = found.table[(found.table["team_id"] == found.table["team_id"].min()) & found.table["share"].notna()]
    if rows.empty:
        return Missing(words.say("themes.missing", least=ENOUGH))
    out = rows["scores"].eq(True) | rows["changed"].eq(True)
    rows = rows.assign(out=out).sort_values(["out", "share", "group", "theme"], ascending=[False, False, True, True])
    every = rows.head(MOST).to_dict("records")
    shown = rows.head(MOST).assign(
        label=[_begun(words.say(f"sentiment.aspect.{row['theme']}")) for row in every],
        who=[words.say(f"voice.group.{row['group']}") for row in every],
        now=[f"{words.percent(row['share'])} {words.say('themes.of_all', n=int(row['n']))}" for row in every],
        range=[words.interval(row["low"], row["high"]) for row in every],
        earlier=[_marked(words.percent(row["before"]), row["changed"]) for row in every],
        beside=[_marked(_low_high(row, words), row["scores"]) for row in every],
    )
    columns = [
        Col("label", words.say("themes.theme"), "said", detail="who"),
        Col("now", words.say("themes.share"), "figure", detail="range"),
        Col("earlier", words.say("themes.before"), "figure"),
        Col("beside", words.say("themes.low_high"), "figure"),
    ]
    note = words.say("themes.note")
    if found.silent:
        note = f"{note} {words.say('themes.silent', n=found.silent, all=found.comments)}"
    return table(shown, columns, words=words, title=words.say("themes.title"), note=note)


def _low_high(row: Mapping[Any, Any], words: Words) -> str:
    known = row["of_low"] == row["of_low"]
    return f"{words.percent(row['of_low'])} · {words.percent(row['of_high'])}" if known else words.percent(None)


def _marked(written: str, differs: object) -> str:
    return f"{written} *" if differs is True or differs == 1 else written


def _begun(written: str) -> str:
    """With a capital letter, as a cell begins."""
    return written[:1].upper() + written[1:]
