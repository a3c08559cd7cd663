"""All measures as one table; a measure without value says why."""

from collections.abc import Mapping
from typing import Any

import pandas as pd

from salesanalytics.base.finding import Unit
from salesanalytics.kpi import Kpis
from salesanalytics.show.blocks import Blocks, Missing, Nothing
from salesanalytics.show.sentences import table_names
from salesanalytics.show.tables import Col, table
from salesanalytics.show.words import Words

_WHOLE = ("nps", "enps")  # counted in whole points by everyone


def kpi_table(measures: Kpis, words: Words) -> Blocks:
    """All KPIs that have a value, the company's beside them where known, and a line on those whose tables the data lack."""
    frame = measures.table
    shown = frame[frame["value"].notna()]
    texts = [
        {
            "name": words.say(f"kpi.{row['key']}"),
            "value": _written(row["key"], row["value"], row["unit"], words),
            "range": _range(row, words),
            "counted": words.say(f"counted.{row['counted']}", n=row["n"]),
            "then": _then(row["key"], row["unit"], measures, words),
            "company": _company(row["key"], row["unit"], measures.company, words),
        }
        for row in shown.to_dict("records")
    ]
    columns = [
        Col("name", words.say("kpis.head.name"), detail="counted"),
        Col("value", words.say("kpis.head.value"), "figure", detail="range"),
    ]
    notes = [words.say("kpis.note")] if any(text["range"] for text in texts) else []
    if any(text["then"] for text in texts):
        columns.append(Col("then", words.say("kpis.head.then"), "figure"))
    if any(text["company"] for text in texts):
        columns.append(Col("company", words.say("kpis.head.company"), "figure"))
        notes.append(words.say("kpis.note_company"))
    if not texts:
        return Blocks((Nothing(), *_not_shown(frame, words)))
    span = measures.period.span
    subtitle = words.say("kpis.subtitle", span=span) if (shown["key"] == "velocity").any() else words.period(span)
    title, rows = words.say("kpis.title"), pd.DataFrame(texts)
    listed = table(rows, columns, words=words, title=title, subtitle=subtitle, note=" ".join(notes))
    return Blocks((listed, *_not_shown(frame, words)))


def _not_shown(frame: pd.DataFrame, words: Words) -> list[Missing]:
    """Which KPIs are missing, grouped by the tables they would need, and those that take a log."""
    unlogged = [Missing(words.say("kpis.dates_not_logged"))] if frame["reason"].eq("dates_not_logged").any() else []
    lacking = frame[frame["missing"] != ""]
    if lacking.empty:
        return unlogged
    groups = lacking.groupby("missing", sort=False)["key"]
    told = [
        f"{', '.join(words.say(f'kpi.{key}') for key in keys)} – {table_names(str(tables).split(', '), words)}"
        for tables, keys in groups
    ]
    return [Missing(f"{words.say('kpis.missing')} {'; '.join(told)}."), *unlogged]


def _then(key: str, unit: Unit, measures: Kpis, words: Words) -> str:
    found = measures.then.get(key)
    return "" if found is None or found.value is None else _written(key, found.value, unit, words)


def _company(key: object, unit: Unit, company: "pd.DataFrame | None", words: Words) -> str:
    if company is None or not len(company):
        return ""
    found = company.loc[company["key"] == key, "value"]
    return _written(str(key), found.iloc[0], unit, words) if len(found) else ""


def _written(key: str, value: float, unit: Unit, words: Words) -> str:
    """A KPI's number; a goal that is passed is said as the strip says it, not as a gap below zero."""
    if key == "gap" and value < 0:
        return words.say("kpis.gap_over", gap=-value)
    return words.number(value, digits=_digits(key, value)) if unit == "number" else words.value(value, unit)


def _range(row: Mapping[Any, Any], words: Words) -> str:
    if row["low"] != row["low"] and row["high"] != row["high"]:
        return ""
    return words.interval(row["low"], row["high"], row["unit"], digits=_digits(row["key"], row["value"]))


def _digits(key: str, value: float) -> int:
    """Digits of a plain number (coverage, NPS): one below 10, none above; scores have none."""
    return int(abs(value) < 9.95 and key not in _WHOLE)
