"""Numbers, money and days in a reader's language, by Babel; what is missing or not finite is a dash.

In: raw numbers (money in the base currency, shares 0..1, days), dates and pairs of dates. Out: short texts for sentences,
tables and charts. Rounding is the house's: as many digits as a leader needs, and never a "100%" or "0%" that is not one.
"""

import math
import re
from collections.abc import Sequence
from datetime import date, timedelta
from decimal import Decimal
from functools import cache
from typing import Any

from babel import Locale
from babel.dates import format_date, format_interval, format_skeleton
from babel.numbers import format_compact_currency, format_currency, format_decimal

DASH, MINUS, NBSP = "–", "−", "\u00a0"
WITHOUT_CENTS = 99.5  # money from here on has none
_HUGE = 1e15  # beyond this nobody reads digits, and no place holds them


@cache
def locale_of(name: str) -> Locale:
    """Babel's knowledge of one language."""
    return Locale.parse(name)


def finite(value: object) -> float | None:
    """`value` as a finite number; None for what is missing, not a number or infinite."""
    if isinstance(value, timedelta):
        value = value.total_seconds() / 86400
    try:
        number = float(value)  # type: ignore[arg-type]
    except (TypeError, ValueError, OverflowError):
        return None
    return number if math.isfinite(number) else None


def decimal(value: float, locale: str, digits: int | None = None) -> str:
    """A plain number: `digits` after the point, or two below 10, one below 100 and none above (trailing zeros dropped)."""
    if abs(value) >= _HUGE:
        return _signed_text(f"{value:.1e}")
    if digits is None:
        pattern = "#,##0.##" if abs(value) < 9.995 else "#,##0.#" if abs(value) < 99.95 else "#,##0"
    else:
        pattern = "#,##0" + ("." + "0" * digits if digits else "")
    return _signed_text(format_decimal(value, format=pattern, locale=locale))


def compact_money(value: float, currency: str, locale: str) -> str:
    """Money as one says it, so exact that a goal less what is won is what is missing: €2.34M, €11.6M, €450K, €2.3K, €85."""
    if abs(value) >= _HUGE:
        return f"{_signed_text(f'{value:.1e}')}{NBSP}{currency}"
    if abs(value) < 999.5:
        return _plain_money(value, currency, locale, digits=0 if abs(value) >= WITHOUT_CENTS or value == round(value) else 2)
    # Babel drops zeros at the end
    return _spaced(format_compact_currency(_significant(value), currency, locale=locale, fraction_digits=2))


def exact_money(value: float, currency: str, locale: str) -> str:
    """Money to the unit, and to the cent where there are cents and the sum is below 1,000."""
    if abs(value) >= _HUGE:
        return compact_money(value, currency, locale)
    digits = 2 if abs(value) < 1000 and round(value, 2) != round(value) else 0
    return _plain_money(value, currency, locale, digits)


def money_unit(step: float, currency: str, locale: str) -> str:
    """The unit of sums counted in steps of 1, 1e3, 1e6 or 1e9: €, €K, RON M."""
    return compact_money(2 * step, currency, locale).replace("2", "").strip(NBSP)


def percent(share: float, locale: str, digits: int | None = None) -> str:
    """A share as per cent: whole numbers, one decimal below 10% and between 99.5% and 100%; never a false 0% or 100%."""
    per_cent = share * 100
    sign = f"{NBSP}%" if str(locale_of(locale).percent_formats[None].pattern).endswith(f"{NBSP}%") else "%"
    if digits is not None:
        return decimal(per_cent, locale, digits) + sign
    if 0 < per_cent < 0.05:
        return "<" + decimal(0.1, locale, 1) + sign
    if 99.95 <= per_cent < 100:
        return ">" + decimal(99.9, locale, 1) + sign
    if abs(per_cent) >= _HUGE:
        return decimal(per_cent, locale) + sign
    fine = abs(per_cent) < 9.95 or 99.5 <= per_cent < 100
    return _signed_text(format_decimal(per_cent, format="#,##0.#" if fine else "#,##0", locale=locale)) + sign


def day(value: date, locale: str, *, year: bool = True) -> str:
    """A day: 3 Jul 2026, or 3 Jul."""
    return format_date(value, "d MMM y" if year else "d MMM", locale=locale)


def month(value: date, locale: str, *, year: bool = False) -> str:
    """A month for an axis: Jul, or Jul 2026."""
    return format_date(value, "LLL y" if year else "LLL", locale=locale)


def period(start: date, end: date, locale: str) -> str:
    """First and last day of a period: 2026, July 2026, Jul–Sep 2026 where it is whole months, else 3 Jul – 9 Sep 2026."""
    whole = start.day == 1 and (end + timedelta(days=1)).day == 1
    if whole and (start.year, start.month, end.month) == (end.year, 1, 12):
        return str(start.year)
    if whole and (start.year, start.month) == (end.year, end.month):
        return format_skeleton("yMMMM", start, locale=locale)
    if whole:
        return _close(format_interval(start, end, "yMMM", locale=locale))
    if start == end:
        return day(start, locale)
    first = "d MMM y" if start.year != end.year else "d MMM" if start.month != end.month else "d"
    dash = DASH if first == "d" else f" {DASH} "
    return format_date(start, first, locale=locale) + dash + day(end, locale)


def plural(number: float, locale: str) -> str:
    """Which plural form goes with `number` in this language: one, few, other, …"""
    exact: Any = int(number) if float(number).is_integer() else Decimal(f"{number:.10g}")
    return str(locale_of(locale).plural_form(abs(exact)))


def span(low: str, high: str) -> str | None:
    """Two texts as one range, saying once what both share: €1.9–2.3M, 12–30%; None where a minus sign would mislead."""
    if low == high:
        return low
    if MINUS in low or MINUS in high or "<" in low or ">" in high:
        return None
    (low_head, low_body, low_tail), (high_head, high_body, high_tail) = _parts(low), _parts(high)
    if low_tail == high_tail and low_head == high_head:
        return f"{low_head}{low_body}{DASH}{high_body}{high_tail}"
    return f"{low} {DASH} {high}" if NBSP in low else f"{low}{DASH}{high}"


def _parts(text: str) -> tuple[str, str, str]:
    found = re.fullmatch(r"(\D*)(.*\d|)(\D*)", text, flags=re.DOTALL)
    return (found[1], found[2], found[3]) if found else (text, "", "")


def rounded_alike(values: Sequence[float]) -> list[float]:
    """Sums of money rounded as the largest of them is written."""
    most = max(map(abs, values), default=0.0)
    step = _step(most) if most >= 999.5 else 1.0
    return [round(value / step) * step for value in values]


def _significant(value: float) -> float:
    """Three digits of millions and more, of thousands two below ten and whole ones above; so 999,600 is 1M and not 1000K."""
    for _ in range(2):
        step = _step(value)
        value = round(value / step) * step
    return value


def _step(value: float) -> float:
    unit = 1000.0 ** math.floor(math.log10(abs(value)) / 3)
    units, fine = abs(value) / unit, unit / 10 if unit >= 1e6 else unit
    return fine / 10 if units < 9.995 and (unit >= 1e6 or units < 9.95) else fine if units < 99.95 else unit


def _plain_money(value: float, currency: str, locale: str, digits: int) -> str:
    usual = str(locale_of(locale).currency_formats["standard"].pattern)
    pattern = usual.replace("0.00", f"0.{'0' * digits}" if digits else "0")
    return _spaced(format_currency(round(value, digits), currency, locale=locale, format=pattern, currency_digits=False))


def _spaced(text: str) -> str:
    """Letters of a currency stand apart from its digits: RON 2.3M."""
    return _signed_text(re.sub(r"(?<=[A-Z])(?=\d)", NBSP, text))


def _signed_text(text: str) -> str:
    text = text.replace("-", MINUS, 1) if text.startswith("-") else text
    return text if re.search(r"[1-9]", text) else text.removeprefix(MINUS)


def _close(text: str) -> str:
    """Month ranges without spaces around the dash, unless both ends carry a year."""
    return re.sub(r"\s*–\s*", f" {DASH} " if len(re.findall(r"\d{4}", text)) > 1 else DASH, text)
