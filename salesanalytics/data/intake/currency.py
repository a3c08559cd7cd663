"""Amounts in one currency: those of others are converted by the rates a mapping gives, or the source is refused.

In: the typed tables with the currency written beside each amount, and the mapping's currency and rates. Out: the base currency
of all amounts; the tables' amounts are in it. What says an amount's currency is, in this order, the mark in its cell, the
currency of its row, the currency of its deal. Amounts of different currencies are never added as they are.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from salesanalytics.data.intake.cells.currency_marks import currencies
from salesanalytics.data.intake.quality import Problem, Quality, sample
from salesanalytics.data.intake.typed import Typed
from salesanalytics.data.tables.schema import TEXT, columns

LOGGED = ("old_value", "new_value")
UNKNOWN = "?"


@dataclass(frozen=True, slots=True)
class Money:
    """What a mapping says of currencies: the base currency (None: nothing) and what one unit of others is worth in it."""

    declared: str | None
    rates: Mapping[str, float]
    usual: str = "EUR"


def in_one_currency(tables: dict[str, Typed], money: Money, quality: Quality) -> str:
    """Converts the amounts of `tables` in place, and returns the currency they are all in. Problems go to `quality`."""
    named = _named(tables, money)
    found = pd.concat([codes for _, _, codes in named], ignore_index=True).dropna() if named else pd.Series(dtype=TEXT)
    kinds = set(found.unique())
    base = money.declared or (money.usual if money.rates or len(kinds) != 1 or UNKNOWN in kinds else str(kinds.pop()))
    if money.declared is None and base != money.usual:
        rule = f"every currency named is {base}, so that is what all amounts are taken to be in"
        quality.add(Problem("opportunity", rule, len(found), "note", (), "Set currency: in the mapping if it is another"))
    for table, column, codes in named:
        foreign = codes.notna() & codes.ne(base).fillna(False)
        if foreign.any():
            _settle(tables[table], table, column, codes.where(foreign), base, money, quality)
    if "opportunity" in tables:
        deals = tables["opportunity"].frame
        tables["opportunity"].frame = deals.assign(currency=_of_row(deals["currency"], base).fillna(base).astype(TEXT))
    return base


def _named(tables: dict[str, Typed], money: Money) -> "list[tuple[str, str, pd.Series[Any]]]":
    """Table, column and the currency of each of its amounts; missing where nothing names one."""
    of_deal = _of_deal(tables, money)
    named = []
    for table, typed in tables.items():
        frame = typed.frame
        for column in _amounts(table):
            amounts = frame[column].notna()
            if table == "opportunity_history":
                amounts &= frame["field"].eq("amount").fillna(False)
            codes = _codes(typed, table, column, money, of_deal).where(amounts)
            if codes.notna().any():
                named.append((table, column, codes))
    return named


def _amounts(table: str) -> list[str]:
    money = [name for name, column in columns(table).items() if column.kind == "money"]
    return [*money, *(LOGGED if table == "opportunity_history" else ())]


def _codes(typed: Typed, table: str, column: str, money: Money, of_deal: "pd.Series[Any] | None") -> "pd.Series[Any]":
    frame = typed.frame
    row = pd.Series(None, index=frame.index, dtype=TEXT)
    if table == "opportunity":
        row = _of_row(frame["currency"], money.declared)
    elif "opportunity_id" in frame and of_deal is not None:
        row = frame["opportunity_id"].map(of_deal).astype(TEXT)
    marks = typed.marks.get(column)
    return row if marks is None else _resolved(marks, row, money).fillna(row)


def _of_deal(tables: dict[str, Typed], money: Money) -> "pd.Series[Any] | None":
    """The currency of each deal, by its id."""
    if "opportunity" not in tables:
        return None
    typed = tables["opportunity"]
    codes = _codes(typed, "opportunity", "amount", money, None)
    kinds = set(codes.dropna().unique())
    if not money.rates and kinds <= {money.declared or next(iter(kinds), None)}:
        return None  # all in one, so that nothing of a deal can be in another
    by_id = pd.Series(codes.to_numpy(), index=typed.frame["opportunity_id"])
    return by_id[by_id.index.notna() & ~by_id.index.duplicated()]


def _of_row(written: "pd.Series[Any]", base: str | None) -> "pd.Series[Any]":
    """Codes of a column of currencies; `?` where a word is none that we know."""
    known = {word: currencies(word) for word in written.dropna().unique()}
    codes = {word: base if base in given else given[0] if given else UNKNOWN for word, given in known.items()}
    return written.map(codes).astype(TEXT)


def _resolved(marks: "pd.Series[Any]", row: "pd.Series[Any]", money: Money) -> "pd.Series[Any]":
    """The code of each mark: a shared sign ($) is the base currency, its row's or the one with a rate, where one of them
    fits."""
    pairs = pd.DataFrame({"mark": marks, "row": row}).drop_duplicates().dropna(subset="mark")
    codes: dict[tuple[str, str | None], str] = {}
    for mark, own in pairs.itertuples(index=False):
        given = currencies(mark)
        with_rate = [code for code in given if code in money.rates]
        if isinstance(own, str):
            codes[mark, own] = own if own in given else UNKNOWN
        elif money.declared in given or len(with_rate) != 1:
            codes[mark, None] = money.declared if money.declared in given else given[0]
        else:
            codes[mark, None] = with_rate[0]
    keys = zip(marks, row, strict=True)
    made = [codes.get((mark, own if isinstance(own, str) else None)) if isinstance(mark, str) else None for mark, own in keys]
    return pd.Series(made, index=marks.index, dtype=TEXT)


def _settle(
    typed: Typed, table: str, column: str, foreign: "pd.Series[Any]", base: str, money: Money, quality: Quality
) -> None:
    """Convert the amounts whose currency is in `foreign`, or say that nothing can be made of them."""
    counts = foreign.value_counts()
    without = [str(code) for code in counts.index if code not in money.rates]
    listed = ", ".join(f"{code} {count:,}" for code, count in counts.items() if code != UNKNOWN)
    if UNKNOWN in without:
        rows = foreign.eq(UNKNOWN).fillna(False)
        bad = sample((typed.frame["currency"] if table == "opportunity" else foreign)[rows].head(50))
        rule = f"{column}: the currency of the row is no code such as {base}, or is another than the one in the cell"
        remedy = "Map it under tables.opportunity.columns.currency.map"
        quality.add(Problem(table, rule, int(rows.sum()), "fatal", bad, remedy))
    elif without:
        rule = f"{column}: not all amounts are in {base}, and different currencies cannot be added ({listed})"
        remedy = (
            f"Give what one unit is worth in {base} in the mapping, as in rates: {{{without[0]}: …}}; set currency: if {base} "
            "is not the base currency; or leave the column currency out where amounts are converted already"
        )
        quality.add(Problem(table, rule, int(foreign.notna().sum()), "fatal", (), remedy))
    else:
        factor = foreign.map(dict(money.rates)).astype("float64")
        typed.frame = typed.frame.assign(**{column: _converted(typed.frame[column], factor)})
        rule = f"{column}: converted to {base} by the rates of the mapping ({listed})"
        quality.add(Problem(table, rule, int(foreign.notna().sum()), "note"))


def _converted(amounts: "pd.Series[Any]", factor: "pd.Series[float]") -> "pd.Series[Any]":
    """Amounts in the base currency, in cents; those of the change log are kept as text."""
    numbers = pd.to_numeric(amounts, errors="coerce").astype("float64")
    made = (numbers * factor).round(2).where(factor.notna(), numbers)
    if amounts.dtype == "float64":
        return made
    return amounts.where(factor.isna() | np.isnan(made), made.map(repr)).astype(TEXT)
