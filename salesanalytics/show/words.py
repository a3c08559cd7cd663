"""The one seam for language: sentences from the catalogues, numbers and dates as the reader writes them.

In: a catalogue key and raw values (money in the base currency, shares 0..1, days, dates). Out: plain text; whoever puts it
into a page escapes it. A value never becomes part of a sentence's grammar: braces and tags in names come out as they are.
"""

import datetime as dt
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Any, get_args
from urllib.parse import quote

from salesanalytics.base.finding import Evidence, Unit
from salesanalytics.base.language import Language
from salesanalytics.show import _numbers
from salesanalytics.show._catalogue import Entry, Sentence, Slot, catalogue
from salesanalytics.show._numbers import DASH, finite
from salesanalytics.show._text import isolate, shorten

_NAME_EMS = 44.0
_BAND = re.compile(r"(-?[\d.e+]+)(?: to (-?[\d.e+]+))?")  # as bands of numbers are labelled
_BANDS: dict[str, Unit] = {
    "amount": "money",
    "annual_revenue": "money",
    "employees": "count",
    "wins_before": "count",
    "tenure": "count",
}


@dataclass(frozen=True, slots=True)
class Words:
    """Sentences and numbers for one reader: `locale` en or ro, money in `currency` (three letters). `whole`: the reader leads
    all teams, and some things are said otherwise (sentences whose keys end with `_company`). `record_url`: where a deal stands
    in the CRM, with {opportunity_id} in its place.
    """

    locale: str = "en"
    currency: str = "EUR"
    whole: bool = False
    record_url: str = ""

    def __post_init__(self) -> None:
        if self.locale not in get_args(Language):
            raise ValueError(f"locale is {self.locale!r}; expected one of {', '.join(get_args(Language))}")
        if not (len(self.currency) == 3 and self.currency.isascii() and self.currency.isalpha() and self.currency.isupper()):
            raise ValueError(f"currency is {self.currency!r}; expected three capital letters such as EUR")

    def say(self, key: str, **values: Any) -> str:  # noqa: ANN401 - a value of any kind
        """The sentence `key` with its places filled. KeyError names the nearest key, ValueError the value that is missing."""
        entry, locale = self._entry(key)
        return "".join(self._fill(part, key, values) for part in _form(entry, locale, values))

    def knows(self, key: str) -> bool:
        """Whether there is a sentence for `key`."""
        return key in catalogue(self.locale) or key in catalogue("en")

    def money(self, amount: object, *, signed: bool = False, exact: bool = False) -> str:
        """Money, compact (€2.3M) or exact (€2,312,400)."""
        write = _numbers.exact_money if exact else _numbers.compact_money
        return self._number(amount, lambda x: write(x, self.currency, self.locale), signed)

    def percent(self, share: object, *, signed: bool = False, digits: int | None = None) -> str:
        """A share 0..1 as per cent: 42%, 8.4%, 99.7%."""
        return self._number(share, lambda x: _numbers.percent(x, self.locale, digits), signed)

    def chance(self, share: object) -> str:
        """A chance 0..1 as a person says it: 42%, under 1%, over 99%; no estimate is more sure than that."""
        found = finite(share)
        if found is not None and (found < 0.01 or found > 0.99):
            return self.say("units.chance_low" if found < 0.5 else "units.chance_high", end=0.01 if found < 0.5 else 0.99)
        return self.percent(found, digits=0)

    def points(self, difference: object, *, signed: bool = False) -> str:
        """A difference of two shares, in percentage points."""
        return self._unit("units.points", finite(difference), 100.0, signed)

    def count(self, n: object, *, signed: bool = False) -> str:
        """A whole number: 8,800."""
        return self._number(n, lambda x: _numbers.decimal(x, self.locale, 0), signed)

    def counted(self, n: object) -> str:
        """A whole number before the word it counts, where no plural form of the sentence goes by it: 7; in Romanian 27 de."""
        number = finite(n)
        return DASH if number is None else self.say("units.counted", n=round(number), number=self.count(number))

    def number(self, x: object, *, signed: bool = False, digits: int | None = None) -> str:
        """Any other number, with as many digits as matter."""
        return self._number(x, lambda number: _numbers.decimal(number, self.locale, digits), signed)

    def days(self, days: object) -> str:
        """A length of time in days (a number or a timedelta): 7 hours, 1 day, 3.5 days, 45 days."""
        number = finite(days)
        if number is not None and 0 < abs(number) < 1:
            return self._unit(
                "units.hours", round(number * 24, 1) if abs(number) < 0.4 else float(round(number * 24)), 1.0, signed=False
            )
        rounded = None if number is None else round(number, 1) if abs(number) < 9.95 else float(round(number))
        return self._unit("units.days", rounded, 1.0, signed=False)

    def date(self, day: dt.date | dt.datetime | None) -> str:
        """A day: 3 Jul 2026."""
        return DASH if day is None or _missing(day) else _numbers.day(_day(day), self.locale)

    def day(self, day: dt.date | dt.datetime | None) -> str:
        """A day whose year goes without saying: 3 Jul."""
        return DASH if day is None or _missing(day) else _numbers.day(_day(day), self.locale, year=False)

    def month(self, day: dt.date | dt.datetime | None, *, year: bool = True) -> str:
        """A month: Jul 2026."""
        return DASH if day is None or _missing(day) else _numbers.month(_day(day), self.locale, year=year)

    def period(self, span: tuple[dt.date, dt.date] | None) -> str:
        """First and last day of a period, as short as it can be said: 2026, July 2026, Jul–Sep 2026, 3 Jul – 9 Sep 2026."""
        if span is None or _missing(span) or _missing(span[0]) or _missing(span[1]):
            return DASH
        return _numbers.period(_day(span[0]), _day(span[1]), self.locale)

    def driver(self, name: str) -> str:
        """What goes with leaving, by its key ("trained") or its key and a value from the data ("mode: remote")."""
        kind, _, value = str(name).partition(": ")
        key = f"leaving_drivers.name.{kind}"
        return self.say(key, value=self.text(value)) if value else self.say(key)

    def deal_value(self, known: tuple[str, str]) -> str:
        """What is known of a deal at its opening, a column by its key and a value or band: Source: Referral, Amount: €2–10K."""
        column, band = known
        ends = _BAND.fullmatch(band)
        if band in ("missing", "other"):
            said = self.say(f"win_drivers.{'unknown' if band == 'missing' else band}")
        elif column == "customer_before" and ends:
            said = self.say("win_drivers.yes" if float(ends[1]) else "win_drivers.no")
        elif column in _BANDS and ends:
            first, last = float(ends[1]), float(ends[2] or ends[1])
            said = self.interval(first, last, _BANDS[column]) if last > first else self.value(first, _BANDS[column])
        else:
            said = self.text(band)
        return self.say("win_drivers.named", column=self.say(f"win_drivers.column.{column}"), value=said)

    def voices(self, whose: tuple[str, str, str]) -> str:
        """Whose texts: author (buyer, employee), by what they are put together, and which of these: Buyers on Helix Gateway."""
        author, by, group = whose
        of = self.say(f"sentiment.{by}.{group}") if by in ("outcome", "aspect") else self.text(group)
        return self.say(f"sentiment.whose.{author}_{by}", of=of)

    def theme(self, of: tuple[str, str]) -> str:
        """Whose comments (customers, lost_buyers, employees), and which theme they speak of: Employees, on pay."""
        group, theme = of
        return self.say("themes.of", who=self.say(f"voice.group.{group}"), theme=self.say(f"sentiment.aspect.{theme}"))

    def causes(self, told: Sequence[tuple[str, float]]) -> str:
        """What moved the likely end, and by how much: wins +€120K, losses −€30K, other +€5K; as written they add up."""
        net, *effects = _numbers.rounded_alike([sum(effect for _, effect in told), *(effect for _, effect in told)])
        every = [(cause, effect) for (cause, _), effect in zip(told, effects, strict=True) if cause != "rest"]
        if len(every) < len(told):
            every.append(("rest", net - sum(effect for _, effect in every)))
        return ", ".join(self.say(f"last_week.cause.{cause}", effect=effect) for cause, effect in every if effect)

    def record(self, opportunity_id: object) -> str:
        """The address of a deal in the CRM; empty where nobody said where it stands."""
        name = "" if _missing(opportunity_id) else quote(str(opportunity_id), safe="")
        return self.record_url.replace("{opportunity_id}", name) if name else ""

    def text(self, value: object) -> str:
        """A name or text from data: one line, shortened, right-to-left writing kept to itself."""
        return DASH if _missing(value) else isolate(shorten(value, _NAME_EMS))

    def money_unit(self, step: float) -> str:
        """The unit of sums counted in steps of 1, 1e3, 1e6 or 1e9, for the head of a table: €, €K."""
        return _numbers.money_unit(step, self.currency, self.locale)

    def value(self, x: object, unit: Unit) -> str:
        """A number in the words of its unit."""
        return _WRITERS["percent" if unit == "share" else unit](self, x)

    def interval(self, low: object, high: object, unit: Unit = "share", *, digits: int | None = None) -> str:
        """A range: 12–30%, €1.9–2.3M; open to one side where an end is missing: at least 12%.

        Plain numbers have as many digits at both ends: `digits`, or what the larger end asks for; so has money, which is
        written without cents where the larger end is.
        """
        least, most = finite(low), finite(high)
        if unit == "money" and least is not None and most is not None and max(abs(least), abs(most)) >= _numbers.WITHOUT_CENTS:
            least, most = float(round(least)), float(round(most))
        if unit == "number" and digits is None:
            digits = _digits([end for end in (least, most) if end is not None])
        if least is None or most is None:
            known, side = (least, "interval.from") if most is None else (most, "interval.up_to")
            return DASH if known is None else self.say(side, value=self._end(known, unit, digits))
        if unit == "days" and most < 1:
            return self.say(
                "units.hours", n=round(most * 24), number=self.interval(round(least * 24, 1), round(most * 24, 1), "number")
            )
        if unit == "days" and least < 1:
            return self.say("interval.between", low=self.days(least), high=self.days(most))
        if unit == "days":
            return self.say("units.days", n=round(most), number=self.interval(round(least), round(most), "count"))
        texts = self._end(least, unit, digits), self._end(most, unit, digits)
        return _numbers.span(*texts) or self.say("interval.between", low=texts[0], high=texts[1])

    def money_range(self, low: float, high: float) -> str:
        """A range of money; empty where its ends are one, or not known."""
        return self.interval(low, high, "money") if high > low else ""

    def evidence(self, evidence: Evidence) -> str:
        """How we know: 45 deals, Jul–Sep 2026; 95% sure: 12–30%."""
        counted = evidence.counted if evidence.counted.startswith("counted.") else f"counted.{evidence.counted}"
        facts = self.say(counted, n=evidence.n)
        if evidence.period is not None:
            facts = f"{facts}, {self.period(evidence.period)}"
        if finite(evidence.low) is None and finite(evidence.high) is None:
            return facts
        interval = self.interval(evidence.low, evidence.high, evidence.unit)
        told = f"{facts}; {self.say('evidence.sure', level=evidence.level, interval=interval)}"
        if evidence.held is None:
            return told
        inside, n = evidence.held
        return f"{told}; {self.say('evidence.held', inside=inside, of=n, expected=round(evidence.level * n))}"

    def _entry(self, key: str) -> tuple[Entry, str]:
        asked = (f"{key}_company", key) if self.whole else (key,)
        for locale in (self.locale, "en"):
            if found := next((one for one in asked if one in catalogue(locale)), ""):
                return catalogue(locale)[found], locale
        close = get_close_matches(key, catalogue("en"), n=1)
        raise KeyError(f"no sentence {key!r} in the catalogue" + (f"; did you mean {close[0]!r}?" if close else ""))

    def _fill(self, part: str | Slot, key: str, values: Mapping[str, Any]) -> str:
        if isinstance(part, str):
            return part
        if part.name not in values:
            given = ", ".join(sorted(values)) or "nothing"
            raise ValueError(f"the sentence {key} needs a value for {{{part.name}:{part.kind}}}; given: {given}")
        return _WRITERS[part.kind](self, values[part.name])

    def _number(self, value: object, write: Callable[[float], str], signed: bool) -> str:
        number = finite(value)
        if number is None:
            return DASH
        text = write(number)
        return f"+{text}" if signed and number > 0 and any(digit in text for digit in "123456789") else text

    def _end(self, value: float, unit: Unit, digits: int | None) -> str:
        return self.number(value, digits=digits) if unit == "number" else self.value(value, unit)

    def _unit(self, key: str, number: float | None, factor: float, signed: bool) -> str:
        if number is None:
            return DASH
        rounded = round(number * factor, 1)
        return self.say(key, n=rounded, number=self.number(rounded, signed=signed, digits=0 if rounded.is_integer() else 1))


def prose(locale: str) -> dict[str, str]:
    """Headings and paragraphs of the notebooks in one language, by key."""
    entries = catalogue(locale)
    return {key: str(entries[key].forms["other"][0]) for key in entries if key.rpartition(".")[2] in ("heading", "prose")}


def _digits(ends: list[float]) -> int:
    """Digits after the point that both ends of a range of plain numbers are written with."""
    largest = max((abs(end) for end in ends), default=0.0)
    return 0 if largest >= 9.95 or all(end.is_integer() for end in ends) else 1 if largest >= 0.995 else 2


def _form(entry: Entry, locale: str, values: Mapping[str, Any]) -> Sentence:
    if len(entry.forms) == 1:
        return entry.forms["other"]
    if entry.plural_by not in values:
        raise ValueError(f"the sentence {entry.key} needs {entry.plural_by} to choose its plural form")
    number = finite(values[entry.plural_by])
    form = "other" if number is None else _numbers.plural(number, locale)
    return entry.forms.get(form, entry.forms["other"])


def _missing(value: object) -> bool:
    # pandas' NA answers neither yes nor no to a comparison, so it is known by its name
    return value is None or type(value).__name__ in ("NAType", "NaTType") or (isinstance(value, float) and value != value)


def _day(moment: dt.date) -> dt.date:
    return moment.date() if isinstance(moment, dt.datetime) else moment


_WRITERS: dict[str, Callable[[Words, Any], str]] = {
    "text": Words.text,
    "kpi": lambda words, key: words.say(f"kpi.{key}"),
    "driver": Words.driver,
    "deal_value": Words.deal_value,
    "voices": Words.voices,
    "theme": Words.theme,
    "causes": Words.causes,
    "money": Words.money,
    "money_exact": lambda words, x: words.money(x, exact=True),
    "money_signed": lambda words, x: words.money(x, signed=True),
    "percent": Words.percent,
    "chance": Words.chance,
    "percent_signed": lambda words, x: words.percent(x, signed=True),
    "points": Words.points,
    "points_signed": lambda words, x: words.points(x, signed=True),
    "count": Words.count,
    "counted": Words.counted,
    "count_signed": lambda words, x: words.count(x, signed=True),
    "number": Words.number,
    "number_signed": lambda words, x: words.number(x, signed=True),
    "days": Words.days,
    "date": Words.date,
    "day": Words.day,
    "month": Words.month,
    "period": Words.period,
}
