import datetime as dt
from dataclasses import dataclass

import pandas as pd
import pytest

from salesanalytics.show import Words
from salesanalytics.show._catalogue import catalogue
from salesanalytics.show._text import shorten, width

EN, RO = Words("en", "EUR"), Words("ro", "EUR")
S = "\u00a0"


@dataclass
class Proof:
    n: int = 45
    counted: str = "deals"
    low: float | None = 0.12
    high: float | None = 0.30
    unit: str = "share"
    level: float = 0.95
    period: tuple[dt.date, dt.date] | None = (dt.date(2026, 7, 1), dt.date(2026, 9, 30))
    held: tuple[int, int] | None = None


@pytest.mark.parametrize(
    ("amount", "english", "romanian"),
    [
        (0, "€0", f"0{S}EUR"),
        (0.5, "€0.50", f"0,50{S}EUR"),
        (850, "€850", f"850{S}EUR"),
        (12_345, "€12K", f"12{S}mii{S}EUR"),
        (999_600, "€1M", f"1{S}mil.{S}EUR"),
        (2_300_000, "€2.3M", f"2,3{S}mil.{S}EUR"),
        (-450_000, "−€450K", f"−450{S}mii{S}EUR"),
        (3.2e9, "€3.2B", f"3,2{S}mld.{S}EUR"),
        (1e300, f"1.0e+300{S}EUR", f"1.0e+300{S}EUR"),
        (None, "–", "–"),
        (float("inf"), "–", "–"),
        (pd.NA, "–", "–"),
    ],
)
def test_money_is_compact(amount, english, romanian):
    assert (EN.money(amount), RO.money(amount)) == (english, romanian)


def test_money_can_be_exact_or_signed_and_a_code_stands_apart():
    assert EN.money(2_312_400, exact=True) == "€2,312,400"
    assert RO.money(2_312_400, exact=True) == f"2.312.400{S}EUR"
    assert EN.money(30_000, signed=True) == "+€30K"
    assert EN.money(0, signed=True) == "€0"
    assert Words("en", "RON").money(2_300_000) == f"RON{S}2.3M"


@pytest.mark.parametrize(
    ("share", "english"),
    [
        (0, "0%"), (0.0004, "<0.1%"), (0.004, "0.4%"), (0.084, "8.4%"), (0.08, "8%"), (0.0996, "10%"), (0.424, "42%"),
        (0.994, "99%"), (0.997, "99.7%"), (0.9996, ">99.9%"), (1, "100%"), (1.184, "118%"), (-0.05, "−5%"), (-0.00001, "0%"),
        (float("nan"), "–"),
    ],
)  # fmt: skip
def test_percent_is_whole_unless_that_would_mislead(share, english):
    assert EN.percent(share) == english


def test_percent_in_romanian_has_a_comma_and_a_space():
    assert RO.percent(0.084) == f"8,4{S}%"


@pytest.mark.parametrize(
    ("start", "end", "english", "romanian"),
    [
        ((2026, 1, 1), (2026, 12, 31), "2026", "2026"),
        ((2026, 7, 1), (2026, 7, 31), "July 2026", "iulie 2026"),
        ((2026, 7, 1), (2026, 9, 30), "Jul–Sep 2026", "iul.–sept. 2026"),
        ((2025, 10, 1), (2026, 9, 30), "Oct 2025 – Sep 2026", "oct. 2025 – sept. 2026"),
        ((2026, 7, 3), (2026, 9, 12), "3 Jul – 12 Sep 2026", "3 iul. – 12 sept. 2026"),
        ((2026, 7, 3), (2026, 7, 9), "3–9 Jul 2026", "3–9 iul. 2026"),
        ((2026, 7, 3), (2026, 7, 3), "3 Jul 2026", "3 iul. 2026"),
    ],
)
def test_a_period_is_said_as_short_as_it_can_be(start, end, english, romanian):
    span = (dt.date(*start), dt.date(*end))
    assert (EN.period(span), RO.period(span)) == (english, romanian)


def test_a_day_that_is_missing_is_a_dash():
    assert EN.date(dt.date(2026, 7, 3)) == "3 Jul 2026"
    assert EN.date(pd.Timestamp("2026-07-03 10:00", tz="UTC")) == "3 Jul 2026"
    assert [EN.date(None), EN.date(pd.NaT), EN.period(None), EN.month(pd.NaT)] == ["–"] * 4


@pytest.mark.parametrize(
    ("days", "english", "romanian"),
    [(0, "0 days", "0 zile"), (1, "1 day", "1 zi"), (3.5, "3.5 days", "3,5 zile"), (19, "19 days", "19 zile"),
     (20, "20 days", "20 de zile"), (45.4, "45 days", "45 de zile"), (101, "101 days", "101 zile"), (None, "–", "–"),
     (dt.timedelta(hours=36), "1.5 days", "1,5 zile")],
)  # fmt: skip
def test_days_take_the_plural_of_the_language(days, english, romanian):
    assert (EN.days(days), RO.days(days)) == (english, romanian)


@pytest.mark.parametrize(
    ("n", "romanian"),
    [(1, "1 oportunitate"), (2, "2 oportunități"), (19, "19 oportunități"), (20, "20 de oportunități"),
     (119, "119 oportunități"),
     (8800, "8.800 de oportunități")],
)  # fmt: skip
def test_romanian_puts_de_after_twenty(n, romanian):
    assert RO.say("counted.deals", n=n) == romanian


def test_points_are_signed_where_asked():
    assert EN.points(0.034, signed=True) == "+3.4 points"
    assert RO.points(-0.2, signed=True) == "−20 de puncte procentuale"


@pytest.mark.parametrize(
    ("low", "high", "unit", "english"),
    [
        (0.12, 0.30, "share", "12–30%"),
        (1.9e6, 2.3e6, "money", "€1.9–2.3M"),
        (9e5, 1.2e6, "money", "€900K–€1.2M"),
        (73.95, 131, "money", "€74–131"),
        (14.75, 17_000, "money", "€15–€17K"),
        (0.02, 19_000, "money", "€0–€19K"),
        (3.25, 7.5, "money", "€3.25–7.50"),
        (-0.05, 0.03, "share", "−5% to 3%"),
        (3, 25, "days", "3–25 days"),
        (0.301, 0.303, "share", "30%"),
        (0.1, None, "share", "at least 10%"),
        (float("nan"), 5, "count", "at most 5"),
        (None, None, "share", "–"),
    ],
)
def test_an_interval_says_once_what_both_ends_share(low, high, unit, english):
    assert EN.interval(low, high, unit) == english


def test_an_interval_in_romanian():
    assert RO.interval(1.9e6, 2.3e6, "money") == f"1,9–2,3{S}mil.{S}EUR"
    assert RO.interval(3, 25, "days") == "3–25 de zile"
    assert RO.interval(-0.05, 0.03) == f"între −5{S}% și 3{S}%"


def test_evidence_says_what_was_counted_when_and_how_sure():
    assert EN.evidence(Proof()) == "45 deals, Jul–Sep 2026; 95% sure: 12–30%"
    assert RO.evidence(Proof()) == f"45 de oportunități, iul.–sept. 2026; încredere 95{S}%: 12–30{S}%"
    assert EN.evidence(Proof(n=1, low=None, high=None, period=None)) == "1 deal"


def test_evidence_of_something_unheard_of_names_the_nearest():
    with pytest.raises(KeyError, match=r"no sentence 'counted.dealz' in the catalogue; did you mean 'counted.deals'"):
        EN.evidence(Proof(counted="dealz"))


@pytest.mark.parametrize("value", ["{won:money}", "<b>{0}</b>", "%s $x_1$", "{{ 7 * 7 }}"])
def test_a_hostile_value_comes_out_literally(value):
    assert EN.say("interval.from", value=value) == f"at least {value}"


def test_right_to_left_names_keep_to_themselves():
    assert EN.say("interval.from", value="\u202eأمل\u202c") == "at least \u2068أمل\u2069"


def test_a_missing_value_is_named():
    with pytest.raises(ValueError, match=r"interval.between needs a value for \{high:text\}; given: low"):
        EN.say("interval.between", low="1")
    with pytest.raises(ValueError, match=r"counted\.deals needs n to choose its plural form"):
        EN.say("counted.deals")


def test_an_unknown_key_names_the_nearest():
    with pytest.raises(KeyError, match=r"no sentence 'severity.akt' in the catalogue; did you mean 'severity.act'"):
        EN.say("severity.akt")


def test_a_sentence_missing_in_one_language_is_said_in_english(monkeypatch):
    without = {key: entry for key, entry in catalogue("ro").items() if key != "severity.act"}
    monkeypatch.setattr("salesanalytics.show.words.catalogue", lambda name: without if name == "ro" else catalogue(name))
    assert RO.say("severity.act") == "Act now"


def test_an_unknown_language_or_currency_is_refused():
    with pytest.raises(ValueError, match=r"locale is 'fr'; expected one of en, ro"):
        Words("fr", "EUR")
    with pytest.raises(ValueError, match="currency is '€'; expected three capital letters"):
        Words("en", "€")


def test_long_names_are_cut_at_a_word_and_never_wider_than_asked():
    assert shorten("Christopher Montgomery-Featherstonehaugh", 8) == "Christopher…"
    assert shorten("a\nb\tc\x00\u202e", 9) == "a b c"
    for text in ("x" * 300, "🚀" * 300, "شركة " * 60, "Zoë " * 90):
        assert width(shorten(text, 12)) <= 12


def test_a_joined_emoji_is_not_cut_in_two():
    family = "👩\u200d👩\u200d👧"
    assert shorten(f"ab {family} and more and more", 5).count("\u200d") in (0, 2)


def test_a_chance_is_never_surer_than_an_estimate_can_be():
    said = [EN.chance(p) for p in (0, 0.0004, 0.0099, 0.012, 0.42, 0.985, 0.999, None)]
    assert said == ["under 1%", "under 1%", "under 1%", "1%", "42%", "98%", "over 99%", "–"]


def test_who_leads_all_teams_is_told_some_things_otherwise():
    assert Words("en", "EUR", whole=True).say("owner.leader") == "Head of sales"
    assert EN.say("owner.leader") == "Team leader"
    assert Words("en", "EUR", whole=True).say("owner.rep") == "Rep"


def test_a_goal_less_what_is_won_is_what_is_missing():
    assert [EN.money(x) for x in (11_640_000, 4_920_000, 6_720_000)] == ["€11.6M", "€4.92M", "€6.72M"]


def test_how_often_such_ranges_were_right_stands_beside_what_was_to_be_expected():
    told = EN.evidence(Proof(level=0.8, period=None, held=(16, 24)))
    assert told.endswith("80% sure: 12–30%; 16 of the last 24 such ranges held, 19 should have")
