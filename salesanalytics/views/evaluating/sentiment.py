"""How buyers and employees feel: the share of positive texts by quarter, and by what they are about."""

import pandas as pd

from salesanalytics.analyses.evaluating.sentiment import Sentiment
from salesanalytics.show.blocks import Block, Missing, Nothing
from salesanalytics.show.charts.dots import dots
from salesanalytics.show.charts.lines import lines
from salesanalytics.show.sentences import chart_title
from salesanalytics.show.words import Words

MOST = 10
APART = 0.01  # a count that is so far off is told beside the share
LEAST = 10  # texts of a group, for a dot: fewer have ranges as wide as the scale


def sentiment_figure(found: Sentiment, words: Words) -> Block:
    """Buyers and employees by quarter with their ranges; a line of words where nobody wrote anything."""
    rows = _whole(found)
    quarters = rows[rows["by"] == "quarter"]
    if quarters.empty:
        return Missing(words.say("sentiment.missing"))
    names = {author: words.say(f"sentiment.author.{author}") for author in ("buyer", "employee")}
    return lines(
        quarters.assign(name=quarters["author"].map(names)),
        "start",
        "share",
        words=words,
        series="name",
        low="low",
        high="high",
        us=names["buyer"],
        unit="share",
        title=_title(found, words),
        subtitle=words.say("sentiment.subtitle"),
        note=_note(found, rows, words),
        alt=words.say("sentiment.alt"),
    )


def sentiment_groups_figure(found: Sentiment, words: Words) -> Block:
    """Buyers by how the deal ended or where it stands, by product and by account."""
    rows = _whole(found)
    by = rows["by"].isin(["outcome", "stage", "product", "account"])
    return _dots(rows[(rows["author"] == "buyer") & by], rows, "groups", words)


def sentiment_aspects_figure(found: Sentiment, words: Words) -> Block:
    """Buyers and employees by what they write about."""
    rows = _whole(found)
    return _dots(rows[rows["by"] == "aspect"], rows, "aspects", words)


def _whole(found: Sentiment) -> pd.DataFrame:
    """The rows of a page: all teams' together on the company's, the team's own on a team's."""
    rows: pd.DataFrame = found.table[found.table["team_id"] == found.table["team_id"].min()]
    return rows


def _dots(rows: pd.DataFrame, every: pd.DataFrame, which: str, words: Words) -> Block:
    shown = rows[rows["scored"] >= LEAST].sort_values("share").head(MOST)
    usual = every[(every["by"] == "all") & (every["author"] == "buyer")]["share"]
    if shown.empty or usual.empty:
        return Nothing()
    return dots(
        shown.assign(label=[words.voices((row["author"], row["by"], row["group"])) for row in shown.to_dict("records")]),
        "label",
        "share",
        "low",
        "high",
        "scored",
        float(usual.iloc[0]),
        words=words,
        reference_text=words.say("sentiment.all_buyers", share=float(usual.iloc[0])),
        better="high",
        sort=False,
        title=words.say(f"sentiment.{which}_title"),
        subtitle=words.say("sentiment.groups_subtitle", span=(shown["start"].min(), shown["end"].max())),
        note=words.say("sentiment.groups_note"),
        alt=words.say("sentiment.groups_alt"),
    )


def _title(found: Sentiment, words: Words) -> str:
    """What the lines show: how buyers stand, not what turned elsewhere."""
    about_buyers = next((one for one in found.findings if one.key == "sentiment.buyer"), None)
    return chart_title(about_buyers, words) if about_buyers else words.say("sentiment.title")


def _note(found: Sentiment, rows: pd.DataFrame, words: Words) -> str:
    whole = rows[(rows["by"] == "all") & (rows["author"] == "buyer")]
    told = [words.say("sentiment.note")]
    if len(whole) and abs(whole["counted"].iloc[0] - whole["share"].iloc[0]) >= APART:
        told.append(words.say("sentiment.counting", counted=whole["counted"].iloc[0], share=whole["share"].iloc[0]))
    if (rows["basis"] != "labels").any():
        told.append(words.say("sentiment.assumed"))
    if found.not_scored:
        told.append(words.say("sentiment.not_scored", n=found.not_scored))
    return " ".join(told)
