"""KPIs in words: the strip at the top of a page, and the table of all of them.

In: headline numbers (key, raw value, unit, detail) or a frame with one row per KPI (key, unit, value, low, high, n, counted,
reason), optionally the company's beside it. Out: a Strip, a TableBlock. A number without value says why.
"""

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any, Protocol

from .blocks import Blocks, Missing, Nothing, Strip, Tile, Tone
from .tables import Col, table
from .words import Unit, Words

if TYPE_CHECKING:
    import pandas as pd


class Number(Protocol):
    """What a headline number has to offer."""

    @property
    def key(self) -> str: ...
    @property
    def value(self) -> float | None: ...
    @property
    def unit(self) -> Unit: ...
    @property
    def detail(self) -> str: ...
    @property
    def values(self) -> Mapping[str, Any]: ...
    @property
    def tone(self) -> Tone: ...


def headline(numbers: Iterable[Number], words: Words) -> Strip:
    """The strip of `numbers`, in their order."""
    return Strip(tuple(_tile(number, words) for number in numbers))


def _tile(number: Number, words: Words) -> Tile:
    value = (
        words.number(number.value, digits=1) + "×"
        if number.unit == "number" and number.value is not None
        else words.value(number.value, number.unit)
    )
    detail = words.say(f"headline.{number.detail}", **number.values) if number.detail else ""
    return Tile(words.say(f"headline.label.{number.key}"), value, detail, number.tone)


def kpi_table(
    frame: "pd.DataFrame",
    words: Words,
    *,
    title: str,
    subtitle: str = "",
    note: str = "",
    company: "pd.DataFrame | None" = None,
) -> Blocks:
    """All KPIs that have a value, and a line on those whose tables the data does not hold.

    `company` (key, value) stands beside them.
    """
    shown = frame[frame["value"].notna()]
    texts = [
        {
            "name": words.say(f"kpi.{row['key']}"),
            "value": _written(row["value"], row["unit"], words),
            "range": words.interval(row["low"], row["high"], row["unit"])
            if row["low"] == row["low"] or row["high"] == row["high"]
            else "",
            "counted": words.say(f"counted.{row['counted']}", n=row["n"]),
            "company": _company(row["key"], row["unit"], company, words),
        }
        for row in shown.to_dict("records")
    ]
    columns = [
        Col("name", words.say("kpi.head.name"), detail="counted"),
        Col("value", words.say("kpi.head.value"), "figure", detail="range"),
    ]
    if company is not None and len(company):
        columns.append(Col("company", words.say("kpi.head.company"), "figure"))
    import pandas as pd

    listed = table(pd.DataFrame(texts), columns, words=words, title=title, subtitle=subtitle, note=note) if texts else Nothing()
    return Blocks((listed, *_not_shown(frame, words)))


def _not_shown(frame: "pd.DataFrame", words: Words) -> list[Missing]:
    """Which KPIs are missing, grouped by the tables they would need."""
    lacking = frame[frame["missing"] != ""]
    if lacking.empty:
        return []
    groups = lacking.groupby("missing", sort=False)["key"]
    told = [f"{', '.join(words.say(f'kpi.{key}') for key in keys)} ({tables})" for tables, keys in groups]
    return [Missing(f"{words.say('missing.kpis')} {'; '.join(told)}.")]


def _company(key: object, unit: Unit, company: "pd.DataFrame | None", words: Words) -> str:
    if company is None or not len(company):
        return ""
    found = company.loc[company["key"] == key, "value"]
    return _written(found.iloc[0], unit, words) if len(found) else ""


def _written(value: float, unit: Unit, words: Words) -> str:
    """A KPI's number; plain ones (coverage, NPS) with one digit."""
    return words.number(value, digits=1) if unit == "number" else words.value(value, unit)
