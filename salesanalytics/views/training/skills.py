"""Skills: the team's gaps as dots, every skill as a table, and for analysts who lies where and how scales were put on one."""

from collections.abc import Mapping
from typing import Any

import pandas as pd

from salesanalytics.analyses.training.skills import BINARY, Skills
from salesanalytics.show.blocks import Block, Missing, Nothing
from salesanalytics.show.charts.dots import dots
from salesanalytics.show.sentences import chart_title
from salesanalytics.show.tables import SUPPRESSED, Col, table
from salesanalytics.show.words import Words
from salesanalytics.stats.suppression import FEW

MOST_PEOPLE = 15


def skills_figure(found: Skills, words: Words) -> Block:
    """The team's gap to all other teams per skill, on the scale that most skills have; a line of words where none is told."""
    if found.table.empty:
        return Missing(words.say("skills.missing"))
    rows = found.table[found.table["gap"].notna()]
    if rows.empty:
        return Missing(words.say("skills.alone" if not found.compared else "skills.too_few_teams"))
    scale = str(rows["scale"].mode().iloc[0])
    rows = rows[rows["scale"] == scale]
    said = next((one for one in found.findings if one.key.startswith("skills.team_")), None)
    return dots(
        rows.assign(label=[_skill(name, words) for name in rows["skill"]]),
        "label",
        "gap",
        "low",
        "high",
        "people",
        0.0,
        words=words,
        unit="number",
        reference_text=words.say("skills.others"),
        better="high",
        marked="differs",
        title=chart_title(said, words) if said else words.say("skills.title"),
        subtitle=words.say("skills.subtitle", scale=_scale(scale, words)),
        note=words.say("skills.note"),
        alt=words.say("skills.alt"),
    )


def skills_table(found: Skills, words: Words) -> Block:
    """One row per skill: people, gap to the other teams, who lies clearly below, how much of a score is the person."""
    if found.table.empty:
        return Nothing()
    rows = found.table
    shown = rows.assign(
        label=[_skill(name, words) for name in rows["skill"]],
        on=[_scale(str(scale), words) for scale in rows["scale"]],
        range=[
            words.interval(low, high, "number") if low == low else ""
            for low, high in zip(rows["low"], rows["high"], strict=True)
        ],
        below=_counts(rows["below"].mask(rows["below"].between(1, FEW - 1))),  # so few could be told by name
        since=_counts(rows["since"]),
    )
    columns = [
        Col("label", words.say("skills.skill"), detail="on"),
        Col("people", words.say("skills.people"), "count"),
        Col("gap", words.say("skills.gap"), "number", detail="range"),
        Col("below", words.say("skills.clearly_below"), "count"),
        Col("since", words.say("skills.since"), "count"),
        Col("reliability", words.say("skills.reliability"), "percent"),
    ]
    if rows["gap"].isna().all():
        columns.pop(2)
    return table(shown, columns, words=words, title=words.say("skills.table"), note=words.say("skills.table_note"))


def skill_people(found: Skills, words: Words) -> Block:
    """Who lies below, the surest first, for analysts."""
    rows = found.people[found.people["gap"] < 0].sort_values("chance", kind="stable").head(MOST_PEOPLE)
    if rows.empty:
        return Nothing(audience="analyst")
    shown = rows.assign(
        label=[_skill(name, words) for name in rows["skill"]],
        on=[_scale(str(scale), words) for scale in rows["scale"]],
        range=[words.interval(low, high, "number") for low, high in zip(rows["gap_low"], rows["gap_high"], strict=True)],
        said=[_state(row, words) for row in rows.to_dict("records")],
    )
    columns = [
        Col("name", words.say("skills.seller")),
        Col("label", words.say("skills.skill"), detail="on"),
        Col("gap", words.say("skills.gap_people"), "number", detail="range"),
        Col("scored_on", words.say("skills.scored_on"), "date"),
        Col("said", words.say("skills.state"), "said"),
    ]
    note = words.say("skills.people_note")
    return table(shown, columns, words=words, title=words.say("skills.people_table"), note=note, audience="analyst")


def skill_scales(found: Skills, words: Words) -> Block:
    """How each scale was put on the reference, for analysts."""
    if found.links.empty:
        return Nothing(audience="analyst")
    rows = found.links
    shown = rows.assign(
        label=[_skill(name, words) for name in rows["skill"]],
        on=[_scale(str(scale), words) for scale in rows["scale"]],
        how=[words.say(f"skills.linked.{how}") for how in rows["linked"]],
    )
    columns = [
        Col("label", words.say("skills.skill"), detail="on"),
        Col("people", words.say("skills.people"), "count"),
        Col("both", words.say("skills.both"), "count"),
        Col("how", words.say("skills.how"), "said"),
    ]
    return table(shown, columns, words=words, title=words.say("skills.scales"), audience="analyst")


def skill_items(found: Skills, words: Words) -> Block:
    """Tests passed or failed, the hardest first."""
    if found.items.empty:
        return Nothing()
    rows = found.items
    shown = rows.assign(range=[words.interval(low, high, "number") if low == low else "" for low, high in _ends(rows)])
    columns = [
        Col("skill", words.say("skills.test")),
        Col("people", words.say("skills.people"), "count"),
        Col("passed", words.say("skills.passed"), "percent"),
        Col("difficulty", words.say("skills.difficulty"), "number", detail="range"),
    ]
    return table(shown, columns, words=words, title=words.say("skills.items"), note=words.say("skills.items_note"))


def _counts(counts: "pd.Series[float]") -> "pd.Series[Any]":
    """Whole numbers; hidden where too few people stand behind them."""
    return pd.Series([SUPPRESSED if count != count else int(count) for count in counts], index=counts.index, dtype="object")


def _ends(rows: pd.DataFrame) -> list[tuple[float, float]]:
    return list(zip(rows["low"], rows["high"], strict=True))


def _skill(name: object, words: Words) -> str:
    return words.say("skills.binary") if name == BINARY else words.text(name)


def _scale(scale: str, words: Words) -> str:
    kind, _, detail = scale.partition(":")
    if kind == "test":
        return words.say("skills.scale.test", most=float(detail))
    if kind == "rating":
        return words.say("skills.scale.rating", who=detail) if detail else words.say("skills.scale.rating_unnamed")
    return words.say("skills.scale.binary")


def _state(row: Mapping[Any, Any], words: Words) -> str:
    if row["since"]:
        return words.say("skills.states.since")
    return words.say("skills.states.below" if row["below"] else "skills.states.unsure")
