"""What incentives did: how sure it is as dots, what they cost as a table, how people went apart as lines, and every guard."""

from collections.abc import Mapping
from typing import Any

import pandas as pd

from salesanalytics.analyses.pay.incentives import Incentives
from salesanalytics.facts.programmes import EVERYBODY
from salesanalytics.show._numbers import finite
from salesanalytics.show.blocks import Block, Blocks, Missing, Nothing
from salesanalytics.show.charts.dots import dots
from salesanalytics.show.charts.lines import lines
from salesanalytics.show.sentences import chart_title
from salesanalytics.show.tables import Col, table
from salesanalytics.show.words import Words

MOST_COURSES = 2


def incentive_effects_figure(found: Incentives, words: Words) -> Block:
    """The effect of each programme that can be judged, with its range; a line of words where there is none."""
    every = found.table[found.table["chosen"] != EVERYBODY]
    if every.empty:
        return Missing(words.say("incentives.missing" if found.table.empty else "incentives.everybody"))
    judged = every[every["effect"].notna()]
    if judged.empty:
        return Missing(words.say("incentives.none_judged", n=len(every)))
    headline = next((one for one in found.findings if one.values["name"] in set(judged["name"])), None)
    return dots(
        judged.assign(n=judged["people"] + judged["others"], sure=judged["verdict"] == "effect"),
        "name",
        "effect",
        "low",
        "high",
        "n",
        0.0,
        words=words,
        reference_text=words.say("incentives.no_effect"),
        better="high",
        marked="sure",
        title=chart_title(headline, words) if headline else words.say("incentives.title"),
        subtitle=words.say("incentives.subtitle"),
        note=words.say("incentives.note", n=found.looked_at),
        alt=words.say("incentives.alt"),
    )


def incentives_table(found: Incentives, words: Words) -> Block:
    """One row per programme: when, for how many, what it did, what it cost, and what can be said."""
    rows = found.table[found.table["chosen"] != EVERYBODY]
    if rows.empty:
        return Nothing()
    records = rows.to_dict("records")
    shown = rows.assign(
        when=[_when(row, words) for row in records],
        verdict=[words.say(f"incentives.verdict.{row['verdict']}") for row in records],
        why=[_why(row, words) for row in records],
        range=[_range(row, words) for row in records],
        per=[_per_unit(row, words) for row in records],
    )
    columns = [
        Col("name", words.say("incentives.programme"), detail="when"),
        Col("verdict", words.say("incentives.found"), "said", detail="why"),
        Col("gain", words.say("incentives.gain"), "money", detail="range"),
        Col("cost", words.say("incentives.cost"), "money", detail="per"),
    ]
    if rows["gain"].isna().all():
        columns.pop(2)
    return table(shown, columns, words=words, title=words.say("incentives.table"), note=words.say("incentives.table_note"))


def _when(row: Mapping[Any, Any], words: Words) -> str:
    if pd.isna(row["end"]):
        return words.say("incentives.since", day=row["start"], n=row["people"])
    return words.say("incentives.during", span=(row["start"].date(), row["end"].date()), n=row["people"])


def _why(row: Mapping[Any, Any], words: Words) -> str:
    """What stands in the way; or the least effect that would have been seen, or the effect."""
    if row["blocked"]:
        return words.say(f"incentives.guards.{row['blocked']}")
    if row["verdict"] == "none_found":
        return words.say("incentives.smallest", smallest=row["smallest"])
    return words.say("incentives.effect", effect=row["effect"])


def _range(row: Mapping[Any, Any], words: Words) -> str:
    return words.interval(row["gain_low"], row["gain_high"], "money") if finite(row["gain_low"]) is not None else ""


def _per_unit(row: Mapping[Any, Any], words: Words) -> str:
    return words.say("incentives.per_unit", per_unit=row["per_unit"]) if finite(row["per_unit"]) is not None else ""


def incentive_courses_figures(found: Incentives, words: Words) -> Blocks:
    """How those who took part went apart from the others, before, while and after: of the programmes that cost most."""
    judged = found.table[found.table["effect"].notna()].sort_values("cost", ascending=False)
    return Blocks(tuple(_course(row, found, words) for row in judged.head(MOST_COURSES).to_dict("records")))


def _course(row: Mapping[Any, Any], found: Incentives, words: Words) -> Block:
    rows = found.course[found.course["plan_id"] == row["plan_id"]]
    most = max(1.0, float(rows["effect"].abs().max()) * 1.5)  # a stretch with next to no bookings would flatten all others
    return lines(
        rows.assign(low=rows["low"].clip(lower=-1, upper=most), high=rows["high"].clip(upper=most)),
        "start",
        "effect",
        words=words,
        low="low",
        high="high",
        goal=0.0,
        goal_text=words.say("incentives.no_effect"),
        today=row["start"].date(),
        today_text=words.say("incentives.course.first_day"),
        unit="share",
        title=words.say("incentives.course.title", name=row["name"]),
        subtitle=words.say("incentives.course.subtitle"),
        note=words.say("incentives.course.note"),
        alt=words.say("incentives.course.alt"),
    )


def incentive_guards_table(found: Incentives, words: Words) -> Block:
    """For each programme how many guards hold, which cannot be checked, and which stand in the way."""
    told = found.table[found.table["chosen"] != EVERYBODY]
    if told.empty:
        return Nothing()
    by_plan = {plan: rows.groupby("stands")["check"].agg(list).to_dict() for plan, rows in found.guards.groupby("plan_id")}
    rows = [
        {
            "name": name,
            "passes": len(by_plan.get(plan, {}).get("passes", [])),
            **{stands: _listed(by_plan.get(plan, {}).get(stands, []), words) for stands in ("unchecked", "blocks")},
        }
        for plan, name in zip(told["plan_id"], told["name"], strict=True)
    ]
    columns = [
        Col("name", words.say("incentives.programme")),
        Col("passes", words.say("incentives.stands.passes"), "count"),
        Col("unchecked", words.say("incentives.stands.unchecked"), "said"),
        Col("blocks", words.say("incentives.stands.blocks"), "said"),
    ]
    title, note = words.say("incentives.guards_table"), words.say("incentives.guards_note")
    return table(pd.DataFrame(rows), columns, words=words, title=title, note=note)


def incentive_groups_table(found: Incentives, words: Words) -> Block:
    """The effect in each group that was written down beforehand, how far it differs from the rest, or why it cannot be told."""
    if found.groups.empty:
        return Nothing()
    records = found.groups.to_dict("records")
    shown = pd.DataFrame(
        {
            "name": found.groups["name"],
            "group": [_group(row, words) for row in records],
            "people": [words.say("incentives.groups.people", n=row["people"], others=row["others"]) for row in records],
            "effect": found.groups["effect"],
            "range": [_share_range(row, words, "") if not row["blocked"] else _why_no_group(row, words) for row in records],
            "difference": found.groups["difference"],
            "apart": [_apart(row, words) for row in records],
        }
    )
    columns = [
        Col("name", words.say("incentives.programme")),
        Col("group", words.say("incentives.groups.group"), "said", detail="people"),
        Col("effect", words.say("incentives.found"), "percent_signed", detail="range"),
        Col("difference", words.say("incentives.groups.difference"), "percent_signed", detail="apart"),
    ]
    if found.groups["difference"].isna().all():
        columns.pop()
    title, note = words.say("incentives.groups.title"), words.say("incentives.groups.note", n=len(records))
    return table(shown, columns, words=words, title=title, note=note)


def _group(row: Mapping[Any, Any], words: Words) -> str:
    return words.say(f"incentives.groups.{row['group']}") if row["by"] == "tenure" else str(row["group"])


def _share_range(row: Mapping[Any, Any], words: Words, of: str) -> str:
    return words.interval(row[f"{of}low"], row[f"{of}high"], "share")


def _why_no_group(row: Mapping[Any, Any], words: Words) -> str:
    return words.say("incentives.groups.few" if row["blocked"] == "few" else f"incentives.guards.{row['blocked']}")


def _apart(row: Mapping[Any, Any], words: Words) -> str:
    if finite(row["difference"]) is None:
        return ""
    said = words.say("incentives.groups.differs" if row["differs"] else "incentives.groups.alike")
    return f"{_share_range(row, words, 'difference_')}; {said}"


def _listed(checks: list[str], words: Words) -> str:
    return "; ".join(words.say(f"incentives.guards.{check}") for check in checks) or words.text(None)
