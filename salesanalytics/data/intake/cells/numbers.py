"""Numbers as people write them: signs, groups of thousands, brackets, percent, and the currency beside an amount.

In: a column and how it is written. Out: a column of floats, and which cells could not be read. A number has one stated form:
groups of thousands have three digits and one separator, a bracket closes, a comma marks decimals only where that was
declared. `12.500` alone in a column may be twelve thousand five hundred or twelve and a half: it is asked, never guessed.
"""

import math
import re
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from pandas.api import types

from salesanalytics.data.intake.cells.currency_marks import MARK
from salesanalytics.data.intake.cells.reading import Parsed, Reading, readable
from salesanalytics.data.intake.cells.text import looks_like, text
from salesanalytics.data.tables.schema.columns import TEXT

NOT_FINITE = ("nan", "inf", "-inf", "+inf", "infinity", "-infinity", "+infinity")
CENT_MATTERS = 1e-6  # less is what floats lose, not what somebody wrote
_PLAIN = r"[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?"
_SPACES = str.maketrans(dict.fromkeys("\u00a0\u202f\u2009\u2007", " ") | {"’": "'", "−": "-"})


def number(raw: "pd.Series[Any]", reading: Reading, *, money: bool = False) -> Parsed:
    """`raw` as floats. `money`: a currency may stand beside an amount, a percent sign may not, and cents are the smallest
    unit."""
    if types.is_bool_dtype(raw.dtype) or types.is_datetime64_any_dtype(raw.dtype):
        return Parsed(pd.Series(np.nan, index=raw.index), raw.notna())
    if types.is_numeric_dtype(raw.dtype):
        parsed = readable(pd.to_numeric(raw).astype("float64") * reading.factor)
    else:
        parsed = _written(text(raw), reading, money=money, asked=types.is_string_dtype(raw.dtype))
    return _in_cents(parsed) if money else parsed


def whole(raw: "pd.Series[Any]", reading: Reading) -> Parsed:
    """`raw` as whole numbers; a fraction, or a number too large to be told from its neighbour, is unreadable."""
    parsed = number(raw, reading)
    finite = parsed.column.where(np.isfinite(parsed.column))
    exact = finite.where((finite % 1 == 0) & (finite.abs() < 2**53))
    unreadable = exact.isna() & parsed.column.notna() | parsed.unreadable
    return Parsed(exact.astype("Int64"), unreadable, parsed.remarks, parsed.unsure)


def _in_cents(parsed: Parsed) -> Parsed:
    cents = parsed.column.round(2)
    finer = int(((cents - parsed.column).abs() > CENT_MATTERS).sum())
    remarks = parsed.remarks | ({"written more finely than in cents, rounded to cents": finer} if finer else {})
    return Parsed(cents, parsed.unreadable, remarks, parsed.unsure, parsed.marks)


def _written(written: "pd.Series[Any]", reading: Reading, *, money: bool, asked: bool) -> Parsed:
    """Text as numbers. `asked`: a person wrote it, so that a lone point may mark thousands; a database's decimals do not."""
    plain = looks_like(written, _PLAIN) if reading.decimal != "," else pd.Series(False, index=written.index)
    numbers = pd.to_numeric(written.where(plain), errors="coerce").astype("float64")
    odd = written.notna() & ~plain
    forms = _Forms(reading.decimal or ".", money)
    cells = {cell: forms.read(cell) for cell in written[odd].unique()}
    value, mark, percent = (written[odd].map({cell: part[at] for cell, part in cells.items()}) for at in range(3))
    numbers.loc[odd] = value.astype("float64")
    unreadable = numbers.isna() & written.notna()
    of_hundred = percent.reindex(written.index).eq(True)
    if reading.factor not in (1.0, 0.01):
        unreadable |= of_hundred  # 5% of thousands is neither
    factor = np.where(of_hundred, 0.01, 1.0) if reading.factor == 1 else reading.factor
    numbers = (numbers * factor).mask(unreadable)
    # no number at all: breaks a rule, which sets its row aside
    numbers = numbers.mask(written.str.lower().isin(NOT_FINITE), np.inf)
    unreadable &= numbers.isna()
    said = "written in percent beside others that are not: 5% was taken as 0.05"
    some = int(of_hundred.sum()) if (numbers.notna() & ~of_hundred).any() else 0
    remarks = {said: some} if some and reading.factor == 1 else {}
    parsed = Parsed(numbers, unreadable, remarks, marks=mark.reindex(written.index).astype(TEXT) if money else None)
    return _asked(written, parsed, odd) if asked and reading.decimal is None else parsed


def _asked(written: "pd.Series[Any]", parsed: Parsed, odd: "pd.Series[bool]") -> Parsed:
    """What nobody can know of a column whose decimal sign was not declared: whether a lone point, or comma, groups thousands.

    `odd`: the cells that are no plain numbers.
    """
    bare = written.where(~odd, written[odd].str.translate(_SPACES).str.replace(r"[^0-9.,]", "", regex=True)).str.lstrip("+-")
    pointed, commaed = bare.str.contains(".", regex=False).eq(True), bare.str.contains(",", regex=False).eq(True)
    like_thousands = looks_like(bare, r"[1-9][0-9]{0,2}\.[0-9]{3}") & ~parsed.unreadable
    if like_thousands.any() and not (pointed & ~like_thousands & ~parsed.unreadable).any():
        return Parsed(parsed.column.mask(like_thousands), parsed.unreadable, parsed.remarks, like_thousands, parsed.marks)
    one_comma = looks_like(bare, "[0-9]{1,3},[0-9]{3}") & ~parsed.unreadable
    if one_comma.any() and not ((pointed | commaed) & ~one_comma & ~parsed.unreadable).any():
        said = 'a comma before three digits was taken as thousands (set decimal: "," if it marks decimals)'
        return Parsed(parsed.column, parsed.unreadable, {**parsed.remarks, said: int(one_comma.sum())}, None, parsed.marks)
    return parsed


@dataclass(frozen=True, slots=True)
class _Forms:
    """The forms in which a number may be written with this decimal sign."""

    decimal: str
    money: bool

    def read(self, cell: str) -> tuple[float, str | None, bool]:
        """The number of a cell (nan: not readable), the currency written in it, and whether it is in percent."""
        found = _pattern(self.decimal).fullmatch(cell.translate(_SPACES).lower())
        if not found or not self._makes_sense(found):
            return math.nan, None, False
        digits = re.sub(r"[ ']", "", found["number"]).replace("," if self.decimal == "." else ".", "").replace(",", ".")
        sign = -1 if found["open"] or "-" in (found["sign"], found["inner"]) else 1
        return sign * float(digits), found["before"] or found["after"], bool(found["percent"])

    def _makes_sense(self, found: "re.Match[str]") -> bool:
        one_sign = sum(bool(found[name]) for name in ("open", "sign", "inner")) <= 1
        one_mark = sum(bool(found[name]) for name in ("before", "after", "percent")) <= 1
        wanted = not found["percent"] if self.money else not (found["before"] or found["after"])
        return bool(found["open"]) == bool(found["close"]) and one_sign and one_mark and wanted


def _pattern(decimal: str) -> "re.Pattern[str]":
    thousands, point = (",", r"\.") if decimal == "." else (r"\.", ",")
    groups = "|".join(rf"[1-9][0-9]{{0,2}}(?:{mark}[0-9]{{3}})+" for mark in (thousands, " ", "'"))
    body = rf"(?:(?:{groups}|[0-9]+)(?:{point}[0-9]*)?|{point}[0-9]+)|[0-9]+(?:{point}[0-9]+)?e[+-]?[0-9]+"
    return re.compile(
        rf"(?P<open>\()? ?(?P<sign>[+-])? ?(?P<before>{MARK})? ?(?P<inner>[+-])?(?P<number>{body}) ?"
        rf"(?:(?P<after>{MARK})|(?P<percent>%))? ?(?P<close>\))?"
    )
