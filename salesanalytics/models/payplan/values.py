"""The single values of a plan: exact numbers, shares, money, thresholds, names and days, each as a person typed it.

In: what YAML, JSON or a cell gave. Out: `Decimal`s of bounded length, so that nothing a file says can take long to reckon with;
or a ValueError (pydantic collects these), one of `PLAIN` where the value alone is wrong and its key says what to write. A
percent sign means a share: money, days off and numbers of deals never have one.
"""

import re
from datetime import date
from decimal import Decimal
from typing import Annotated

from pydantic import AfterValidator, BeforeValidator, Field, StringConstraints

from salesanalytics.data.tables.schema.columns import FIRST_YEAR, OPEN_YEAR

CENT, MOST_MONEY = Decimal("0.01"), Decimal("1e15")
DIGITS, PLACES = 30, 20  # what a number may have, in all and after its point; 1e-99999999 would be reckoned with for hours
A_WORD, A_TEXT, TOO_LONG = "a word, not a number", "a text, not a number", "a number of too many digits"
A_SHARE, NO_CENTS, NO_DAY = "a share, where money or a number is meant", "more than two decimals", "not a day"
UNSEEN = "a text with a line break, or characters that cannot be seen or turn what stands beside them"
PLAIN = (UNSEEN, A_WORD, A_TEXT, TOO_LONG, A_SHARE, NO_CENTS, NO_DAY)
_UNSEEN = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069]")
_PERCENT = re.compile(r"([-+]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+))\s*%")


def short(value: Decimal) -> Decimal:
    """`value` itself. ValueError where it has more digits or places than anything a person means."""
    if value.is_finite() and value:
        digits, last = value.as_tuple().digits, value.as_tuple().exponent
        if len(digits) > DIGITS or int(last) < -PLACES or value.adjusted() > DIGITS:
            raise ValueError(TOO_LONG)
    return value if value or not value.is_finite() else Decimal(0)  # 0e-99999999 is 0


def is_share(value: object) -> bool:
    """Whether a value was written with a percent sign."""
    return isinstance(value, str) and value.strip().endswith("%")


def _number(value: object) -> object:
    """A number as typed: 0.1 is Decimal("0.1"); "4.5%" is Decimal("0.045")."""
    if isinstance(value, bool):
        raise ValueError(A_WORD)
    if isinstance(value, int | float):
        return short(Decimal(str(value)))
    if isinstance(value, str):
        found = _PERCENT.fullmatch(value.strip()) if len(value) <= 2 * DIGITS else None
        if found is None:
            raise ValueError(A_TEXT)
        return short(short(Decimal(found[1])) / 100)
    return short(value) if isinstance(value, Decimal) else value


def _no_share(value: object) -> object:
    if is_share(value):
        raise ValueError(A_SHARE)
    return _number(value)


def _cents(value: Decimal) -> Decimal:
    if value.is_finite() and abs(value) < MOST_MONEY and value == value.quantize(CENT):
        return value.quantize(CENT)
    raise ValueError(NO_CENTS)


def _a_day(value: object) -> object:
    if not isinstance(value, date | None) or (value and not FIRST_YEAR <= value.year < OPEN_YEAR):
        raise ValueError(NO_DAY)
    return value


def _open_end(value: object) -> object:
    """A day; none where the year says that there is no end (9999-12-31)."""
    return None if isinstance(value, date) and value.year >= OPEN_YEAR else _a_day(value)


def _one_line(value: str) -> str:
    if _UNSEEN.search(value):
        raise ValueError(UNSEEN)
    return value


Exact = Annotated[Decimal, BeforeValidator(_number), Field(allow_inf_nan=False)]
Number = Annotated[Decimal, BeforeValidator(_no_share), Field(allow_inf_nan=False)]
Rate = Annotated[Exact, Field(ge=0, le=1)]
Share = Annotated[Exact, Field(ge=0, le=1)]
Threshold = Annotated[Exact, Field(ge=0, le=Decimal("1e13"))]
Attainment = Annotated[Exact, Field(ge=0, le=10)]
Money = Annotated[Number, AfterValidator(_cents), Field(ge=0, le=Decimal("1e13"))]
Name = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=300), AfterValidator(_one_line)]
Day = Annotated[date, BeforeValidator(_a_day)]
OpenDay = Annotated[date | None, BeforeValidator(_open_end)]
