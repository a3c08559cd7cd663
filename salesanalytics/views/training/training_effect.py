"""What trainings did: effects as dots, coverage and cost as a table, people going apart as lines, guards, and who is next."""

from collections.abc import Mapping
from typing import Any

import pandas as pd

from salesanalytics.analyses.training.training_effect import TrainingEffect
from salesanalytics.show._numbers import finite
from salesanalytics.show.blocks import Block, Blocks, Missing, Nothing
from salesanalytics.show.charts.dots import dots
from salesanalytics.show.charts.lines import lines
from salesanalytics.show.sentences import chart_title
from salesanalytics.show.tables import Col, table
from salesanalytics.show.words import Words

SHARES = ("late", "early")  # outcomes in points of a percentage
EFFECTS = ("effect_late", "effect_early", "effect_late_free", "effect_early_free", "learnt", "none", "harm")
MOST_COURSES, MOST_NEXT = 2, 15


def training_effects_figure(found: TrainingEffect, words: Words) -> Block:
    """The effect on decisions of each training that can be judged; a line of words where there is none."""
    if found.trainings.empty:
        return Missing(words.say("training_effect.missing"))
    rows = found.table[found.table["effect"].notna() & found.table["outcome"].isin(SHARES)]
    if rows.empty:
        return Missing(words.say("training_effect.none_judged", n=len(found.trainings)))
    told = [one for one in found.findings if one.key.rpartition(".")[2] in EFFECTS]
    labels = [_label(row, words) for row in rows.to_dict("records")]
    return dots(
        rows.assign(label=labels, n=rows["people"] + rows["others"], sure=rows["verdict"] == "effect"),
        "label",
        "effect",
        "low",
        "high",
        "n",
        0.0,
        words=words,
        reference_text=words.say("training_effect.no_effect"),
        better="high",
        marked="sure",
        sort=False,
        title=chart_title(told[0], words) if told else words.say("training_effect.title"),
        subtitle=words.say("training_effect.subtitle"),
        note=words.say("training_effect.note"),
        alt=words.say("training_effect.alt"),
    )


def _label(row: Mapping[Any, Any], words: Words) -> str:
    return words.say(f"training_effect.of.{row['outcome']}", name=row["name"])


def training_table(found: TrainingEffect, words: Words) -> Block:
    """One row per training: who has completed it, what it cost, what it did, and what a point cost."""
    if found.trainings.empty:
        return Nothing()
    records = []
    for row in found.trainings.to_dict("records"):
        effects = found.table[found.table["training"] == row["training"]].set_index("outcome").to_dict("index")
        records.append(
            {
                "name": row["name"],
                "chosen": words.say(f"training_effect.chosen.{row['chosen'] or 'unknown'}"),
                "coverage": row["present"] / row["sellers"] if row["sellers"] else None,
                "done": words.say("training_effect.done", n=int(row["present"]), all=int(row["sellers"])),
                "cost": row["cost"],
                "a_head": words.say("training_effect.a_head", cost=row["a_head"]) if row["a_head"] == row["a_head"] else "",
                "found": _found(effects, words),
                "point": _point(effects, words),
                "range": _point_range(effects, words),
            }
        )
    columns = [
        Col("name", words.say("training_effect.training"), detail="chosen"),
        Col("coverage", words.say("training_effect.coverage"), "percent", detail="done"),
        Col("cost", words.say("training_effect.cost"), "money", detail="a_head"),
        Col("found", words.say("training_effect.found"), "said"),
        Col("point", words.say("training_effect.per_point"), "figure", detail="range"),
    ]
    if all(not one["range"] for one in records):
        columns.pop()
    title, note = words.say("training_effect.table"), words.say("training_effect.table_note")
    return table(pd.DataFrame(records), columns, words=words, title=title, note=note)


def _found(effects: Mapping[Any, Mapping[Any, Any]], words: Words) -> str:
    verdicts = [str(one["verdict"]) for outcome, one in effects.items() if outcome != "score"]
    verdict = next((kind for kind in ("effect", "none_found") if kind in verdicts), "not_identifiable")
    return words.say(f"training_effect.verdict.{verdict}")


def _point(effects: Mapping[Any, Mapping[Any, Any]], words: Words) -> str:
    row = effects.get("late", {})
    return words.money(row["per_point"]) if finite(row.get("per_point")) is not None else words.text(None)


def _point_range(effects: Mapping[Any, Mapping[Any, Any]], words: Words) -> str:
    row = effects.get("late", {})
    return (
        words.interval(row["per_point_low"], row["per_point_high"], "money") if finite(row.get("per_point")) is not None else ""
    )


def training_outcomes_table(found: TrainingEffect, words: Words) -> Block:
    """One row per training and outcome: effect with range, the least that would have been seen, or what stands in the way."""
    if found.table.empty:
        return Nothing()
    every = found.table
    alike = every.duplicated(["training", "blocked"]) & (every["blocked"] != "")  # one row says it of all its outcomes
    whole = every.groupby("training")["blocked"].transform("nunique").eq(1) & (every["blocked"] != "")
    kept = every[~(alike & whole)]
    rows = kept.to_dict("records")
    outcome = ["all" if one else name for one, name in zip(whole[kept.index], kept["outcome"], strict=True)]
    shown = kept.assign(
        what=[words.say(f"training_effect.outcome.{name}") for name in outcome],
        verdict=[words.say(f"training_effect.verdict.{row['verdict']}") for row in rows],
        effect=[_amount(row, "effect", words, signed=True) for row in rows],
        range=[_interval(row, words) for row in rows],
        why=[_reason(row, words) for row in rows],
    )
    columns = [
        Col("name", words.say("training_effect.training"), detail="what"),
        Col("verdict", words.say("training_effect.found"), "said", detail="why"),
        Col("effect", words.say("training_effect.effect"), "figure", detail="range"),
    ]
    title, note = words.say("training_effect.outcomes"), words.say("training_effect.outcomes_note")
    return table(shown, columns, words=words, title=title, note=note)


def _amount(row: Mapping[Any, Any], name: str, words: Words, *, signed: bool = False) -> str:
    if row["outcome"] == "score":
        return words.number(row[name], signed=signed)
    return words.percent(row[name], signed=signed) if row["outcome"] == "bookings" else words.points(row[name], signed=signed)


def _interval(row: Mapping[Any, Any], words: Words) -> str:
    if finite(row["effect"]) is None:
        return ""
    if row["outcome"] in SHARES:  # points of a percentage, as the effect itself
        return words.interval(100 * row["low"], 100 * row["high"], "number", digits=1)
    return words.interval(row["low"], row["high"], "share" if row["outcome"] == "bookings" else "number")


def _reason(row: Mapping[Any, Any], words: Words) -> str:
    if row["blocked"]:
        return words.say(f"training_effect.guards.{row['blocked']}")
    if row["verdict"] == "none_found":
        return words.say("training_effect.smallest", smallest=_amount(row, "smallest", words))
    return words.say("training_effect.compared", n=int(row["people"]), others=int(row["others"]))


def training_courses_figures(found: TrainingEffect, words: Words) -> Blocks:
    """How those who were trained went apart from the others in the later stages, before and after: at most two trainings."""
    judged = found.table[found.table["effect"].notna() & (found.table["outcome"] == "late")].sort_values("p")
    sure = judged[judged["verdict"] == "effect"]
    judged = sure if len(sure) else judged.head(1)
    return Blocks(tuple(_course(row, found, words) for row in judged.head(MOST_COURSES).to_dict("records")))


def _course(row: Mapping[Any, Any], found: TrainingEffect, words: Words) -> Block:
    rows = found.course[(found.course["training"] == row["training"]) & (found.course["outcome"] == "late")]
    power = found.guards[
        (found.guards["training"] == row["training"])
        & (found.guards["outcome"] == "late")
        & (found.guards["check"] == "pre_trend_power")
    ]
    seen = "lot" if row["chosen"] == "lot" else "unchecked" if (power["stands"] == "unchecked").any() else "passes"
    return lines(
        rows,
        "start",
        "effect",
        words=words,
        low="low",
        high="high",
        goal=0.0,
        goal_text=words.say("training_effect.no_effect"),
        today=row["first"].date(),
        today_text=words.say("training_effect.course.first_day"),
        unit="share",
        title=words.say("training_effect.course.title", name=row["name"]),
        subtitle=words.say("training_effect.course.subtitle"),
        note=words.say(f"training_effect.course.note.{seen}"),
        alt=words.say("training_effect.course.alt"),
    )


def training_guards_table(found: TrainingEffect, words: Words) -> Block:
    """For each training and outcome how many guards hold, which cannot be checked, and which stand in the way."""
    if found.guards.empty:
        return Nothing()
    names = found.trainings.set_index("training")["name"]
    rows = []
    for (training, outcome), checks in found.guards.groupby(["training", "outcome"], sort=False):
        by = checks.groupby("stands")["check"].agg(list).to_dict()
        listed = {stands: _listed(by.get(stands, []), words) for stands in ("unchecked", "blocks")}
        label = words.say(f"training_effect.outcome.{outcome}")
        rows.append({"name": names.get(training, training), "outcome": label, "passes": len(by.get("passes", [])), **listed})
    columns = [
        Col("name", words.say("training_effect.training"), detail="outcome"),
        Col("passes", words.say("training_effect.stands.passes"), "count"),
        Col("unchecked", words.say("training_effect.stands.unchecked"), "said"),
        Col("blocks", words.say("training_effect.stands.blocks"), "said"),
    ]
    return table(pd.DataFrame(rows), columns, words=words, title=words.say("training_effect.guards_table"), audience="analyst")


def _listed(checks: list[str], words: Words) -> str:
    return "; ".join(words.say(f"training_effect.guards.{check}") for check in checks) or words.text(None)


def training_next(found: TrainingEffect, words: Words) -> Block:
    """Who should go next, the largest gap first, for analysts."""
    if found.next_up.empty:
        return Nothing(audience="analyst")
    rows = found.next_up.head(MOST_NEXT)
    ends = zip(rows["gap_low"], rows["gap_high"], strict=True)
    shown = rows.assign(range=[words.interval(low, high, "number") for low, high in ends])
    columns = [
        Col("rep", words.say("training_effect.seller")),
        Col("name", words.say("training_effect.training")),
        Col("gap", words.say("training_effect.gap"), "number", detail="range"),
    ]
    title, note = words.say("training_effect.next_table"), words.say("training_effect.next_note")
    return table(shown, columns, words=words, title=title, note=note, audience="analyst")
