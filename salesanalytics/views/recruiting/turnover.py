"""Turnover in blocks: the curve of who is still there, the rates, hire years, what a leaver costs, and recorded reasons."""

from typing import Any

import pandas as pd

from salesanalytics.analyses.recruiting.turnover_result import Turnover
from salesanalytics.models.turnover.cost import UNKNOWN
from salesanalytics.models.turnover.rates import Early
from salesanalytics.show.blocks import Block, Missing, Nothing
from salesanalytics.show.charts.bars import bars
from salesanalytics.show.charts.lines import lines
from salesanalytics.show.sentences import chart_title
from salesanalytics.show.tables import Col, table
from salesanalytics.show.words import Words

MONTHS = 12


def turnover_figure(found: Turnover, words: Words) -> Block:
    """The share still there by months with the company, and under it how many are still watched."""
    if not found.told:
        said = words.say("turnover.missing" if found.people else "turnover.missing_all", n=found.people)
        return Missing(" ".join([said, *_left_out(found, words)]))
    if len(found.curve) < 2:
        watched = found.first_year is not None and not found.first_year.left
        return Missing(words.say("turnover.level_curve" if watched else "turnover.no_curve"))
    at_risk = [
        words.say("turnover.at_risk", month=round(row["tenure"] * MONTHS), n=int(row["people"]))
        for row in found.at_risk.to_dict("records")
    ]
    return lines(
        _steps(found.curve),
        "month",
        "share",
        words=words,
        low="low",
        high="high",
        unit="share",
        title=chart_title(found.headline, words) if found.headline else words.say("turnover.title"),
        subtitle=words.say("turnover.subtitle"),
        note=f"{words.say('turnover.at_risk_head')} {' · '.join(at_risk)}. {words.say('turnover.note')}",
        alt=words.say("turnover.alt"),
    )


def _steps(curve: pd.DataFrame) -> pd.DataFrame:
    """The curve as it falls: level until somebody leaves."""
    before = curve.assign(tenure=curve["tenure"].shift(-1)).iloc[:-1].assign(order=1)
    both = pd.concat([curve.assign(order=0), before])
    both["month"] = both["tenure"] * MONTHS
    # at one time the higher step is drawn first
    return both.sort_values(["month", "share"], ascending=[True, False], kind="stable", ignore_index=True)


def turnover_rates(found: Turnover, words: Words) -> Block:
    """One row per kind of leaving: leavers, the rate a year, and the chance within twelve months."""
    if not found.told:
        return Nothing()
    records: list[dict[Any, Any]] = found.table.to_dict("records")
    rows = [
        {
            "kind": words.say(f"turnover.kind.{row['kind']}"),
            "leavers": row["leavers"],
            "rate": row["rate"],
            "range": words.interval(row["low"], row["high"]),
            "chance": row["chance"],
            "chance_range": words.interval(row["chance_low"], row["chance_high"]),
        }
        for row in records
    ]
    rows += [_early(one, words) for one in (found.new, found.first_year) if one is not None]
    columns = [
        Col("kind", words.say("turnover.kind_head"), "said"),
        Col("leavers", words.say("turnover.leavers"), "count"),
        Col("rate", words.say("turnover.rate"), "percent", detail="range"),
        Col("chance", words.say("turnover.chance"), "percent", detail="chance_range"),
    ]
    return table(pd.DataFrame(rows), columns, words=words, title=words.say("turnover.table"), note=_note(found, words))


def _early(one: Early, words: Words) -> dict[str, Any]:
    """A row of the newly hired, who have a chance by a day and no rate."""
    return {
        "kind": words.say("turnover.kind.early", days=one.days, n=one.hired),
        "leavers": one.left,
        "rate": None,
        "range": "",
        "chance": one.share,
        "chance_range": words.interval(one.low, one.high),
    }


def _note(found: Turnover, words: Words) -> str:
    """How to read the table, whom it leaves out, and what the company's rate is."""
    parts = [words.say("turnover.table_note")]
    if found.company is not None:
        rate, low, high = found.company
        parts.append(words.say("turnover.company", rate=rate, interval=words.interval(low, high)))
    return " ".join([*parts, *_left_out(found, words)])


def _left_out(found: Turnover, words: Words) -> list[str]:
    counts = {name: getattr(found, name) for name in ("contractors", "contradicting", "without_first_day", "untraced")}
    return [words.say(f"turnover.{name}", n=count) for name, count in counts.items() if count]


def turnover_groups(found: Turnover, words: Words) -> Block:
    """Years of hire, and sources of hire where they are known, in groups of at least five people."""
    known = [("cohorts", found.cohorts), ("sources", found.sources)]
    parts = [_group_rows(name, groups.table, words) for name, groups in known if len(groups.table) > 1]
    if not parts:
        return Nothing()
    columns = [
        Col("group", words.say("turnover.group"), "said"),
        Col("people", words.say("turnover.people"), "count"),
        Col("rate", words.say("turnover.rate"), "percent", detail="range"),
    ]
    judged = [groups.p for _, groups in known if groups.p is not None]
    differ = bool(judged) and min(judged) * len(judged) <= 0.05
    note = words.say("turnover.groups_differ" if differ else "turnover.groups_alike")
    return table(pd.concat(parts), columns, words=words, title=words.say("turnover.groups"), note=note)


def _group_rows(kind: str, rows: pd.DataFrame, words: Words) -> pd.DataFrame:
    names = [
        words.say(f"turnover.group_of.{kind}", name=words.text(name)) if name else words.say(f"turnover.others.{kind}")
        for name in rows["group"]
    ]
    ranges = [words.interval(low, high) for low, high in zip(rows["low"], rows["high"], strict=True)]
    return rows.assign(group=names, range=ranges)


def turnover_cost(found: Turnover, words: Words) -> Block:
    """What a leaver costs, part by part, with what each part rests on."""
    if not found.told:
        return Nothing()
    if found.cost is None or found.cost.table.empty:
        return Missing(words.say("turnover.no_cost"))
    rows = found.cost.table
    shown = rows.assign(name=[words.say(f"turnover.part.{part}") for part in rows["part"]])
    most = rows.sort_values("amount").iloc[-1]
    missing = [words.say(f"turnover.unknown.{part}") for part in (*found.cost.missing, *UNKNOWN)]
    return bars(
        shown,
        "name",
        "amount",
        words=words,
        title=words.say("turnover.cost_title", part=words.say(f"turnover.unknown.{most['part']}"), amount=most["amount"]),
        subtitle=words.say("turnover.cost_subtitle"),
        note=words.say("turnover.cost_note", missing=", ".join(missing)),
        alt=words.say("turnover.cost_alt"),
    )


def turnover_cost_parts(found: Turnover, words: Words) -> Block:
    """Each part with its interval, how many it rests on, and its assumption."""
    if found.cost is None or found.cost.table.empty:
        return Nothing()
    rows = found.cost.table
    shown = rows.assign(
        name=[words.say(f"turnover.part.{part}") for part in rows["part"]],
        range=[words.money_range(low, high) for low, high in zip(rows["low"], rows["high"], strict=True)],
        counted=[words.say(f"counted.{what}", n=n) for what, n in zip(rows["counted"], rows["n"], strict=True)],
        says=[words.say(key) for key in rows["rests_on"]],
    )
    columns = [
        Col("name", words.say("turnover.part_head"), "said", detail="counted"),
        Col("amount", words.say("turnover.amount"), "money_exact", detail="range"),
        Col("says", words.say("turnover.rests_on.head"), "said"),
    ]
    return table(shown, columns, words=words, title=words.say("turnover.cost_table"))


def turnover_reasons(found: Turnover, words: Words) -> Block:
    """Reasons recorded of leavers; those of fewer than five are put together."""
    if not found.told or not found.leavers:
        return Nothing()
    if not found.recorded:
        return Missing(words.say("turnover.no_reason_at_all", leavers=found.leavers))
    if not (found.reasons["reason"] != "").any():
        return Missing(words.say("turnover.no_reasons", n=found.recorded, leavers=found.leavers))
    shown = found.reasons.assign(reason=found.reasons["reason"].replace("", words.say("turnover.other_reasons")))
    columns = [Col("reason", words.say("turnover.reason")), Col("leavers", words.say("turnover.leavers"), "count")]
    note = words.say("turnover.reasons_note", n=found.recorded, leavers=found.leavers)
    return table(shown, columns, words=words, title=words.say("turnover.reasons"), note=note)
