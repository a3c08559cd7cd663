"""What buyers and employees answer: planted answers are counted, luck is not called a change, and few employees are hidden."""

from datetime import date, timedelta

import numpy as np
import pandas as pd
import pytest

from salesanalytics import show
from salesanalytics.analyses.evaluating.voice import Voice, voice
from salesanalytics.show import Words
from salesanalytics.show.blocks import Missing
from salesanalytics.stats.recommend import change_interval, p_alike
from salesanalytics.views.evaluating.voice import voice_figure, voice_rates, voice_table
from tests.answers import written
from tests.tables import AS_OF, tables
from tests.tiny import Rows, deal

VIEWS = (voice_figure, voice_table, voice_rates)
LAST, BEFORE = AS_OF - timedelta(days=30), AS_OF - timedelta(days=400)


def answers(
    scores: list[float], on: date = LAST, who: str = "buyer", scale: str = "nps", deals: list[str] | None = None
) -> Rows:
    """One answer per score."""
    return [
        {
            "feedback_id": f"{who}{scale}{on}{at}",
            "author_kind": who,
            "occurred_at": f"{on} 10:00",
            "score": score,
            "score_scale": scale,
            "opportunity_id": deals[at] if deals else None,
        }
        for at, score in enumerate(scores)
    ]


FIRST = answers([9], date(2020, 1, 1))


def asked(*rows: Rows, deals: Rows | None = None) -> Voice:
    """FIRST: so that the records reach back two years."""
    closed = [deal(99, "r1", "Won", 100, "2026-01-02", "2026-02-02")] if deals is None else deals
    return voice(tables(feedback=[*FIRST, *(one for some in rows for one in some)], opportunity=closed), as_of=AS_OF)


def row(found: Voice, group: str, scale: str = "nps") -> "pd.Series[float]":
    """One row of the table."""
    return found.table.set_index(["group", "scale"]).loc[(group, scale)]


def said(found: Voice, locale: str = "en") -> str:
    """All that a page says of it."""
    words = Words(locale, "EUR")
    return written(*(view(found, words) for view in VIEWS), show.findings(found.findings, words))


def test_points_are_those_for_us_less_those_against_of_a_hundred() -> None:
    found = asked(answers([10] * 12 + [8] * 4 + [3] * 8))
    assert row(found, "customers")["value"] == pytest.approx(100 * (12 - 8) / 24)
    assert row(found, "customers")["low"] < 16.7 < row(found, "customers")["high"]
    assert found.findings[0].key == "voice.customers"


def test_satisfaction_is_a_share_and_both_scales_of_five_are_one() -> None:
    found = asked(answers([5, 4, 3, 2], scale="csat5"), answers([5, 1], scale="stars5"))
    assert row(found, "customers", "five")[["n", "value"]].to_list() == [6, 50]
    assert "50%" in said(found)


def test_a_buyer_who_did_not_buy_is_no_customer() -> None:
    deals = [deal(1, "r1", "Won", 5, "2026-01-02", "2026-02-02"), deal(2, "r1", "Lost", 5, "2026-01-02", "2026-02-02")]
    found = asked(answers([10, 0], deals=[deals[0]["opportunity_id"], deals[1]["opportunity_id"]]), deals=deals)
    assert (row(found, "customers")["value"], row(found, "lost_buyers")["value"]) == (100, -100)


def test_a_fall_beyond_chance_is_called_one_and_luck_is_not() -> None:
    fell = asked(answers([10] * 60 + [2] * 20, BEFORE), answers([10] * 30 + [2] * 50))
    assert fell.findings[0].key == "voice.worse_customers"
    assert "−75 *" in said(fell)
    assert row(fell, "customers")["change"] == pytest.approx(-75)
    same = asked(answers([10] * 60 + [2] * 20, BEFORE), answers([10] * 57 + [2] * 23))
    assert not row(same, "customers")["differs"]


def test_answers_from_before_the_records_reach_back_are_not_held_against() -> None:
    found = voice(tables(feedback=[*answers([1] * 40, BEFORE), *answers([10] * 40)]), as_of=AS_OF)
    assert np.isnan(row(found, "customers")["change"])


@pytest.mark.parametrize(
    ("scores", "told"), [([10, 2, 8, 9], False), ([10, 2, 8, 9, 9], True), ([9] * 9, False), ([9] * 10, True), ([0] * 5, False)]
)
def test_few_employees_or_a_few_who_all_say_the_same_are_not_told(scores: list[float], told: bool) -> None:
    found = asked(answers(scores, who="employee"))
    assert (found.table["value"].notna().any(), found.hidden) == (told, not told)
    if not told:
        assert "is not shown" in said(found)
        assert isinstance(voice_figure(found, Words()), Missing)


def test_a_year_before_of_few_employees_is_not_told_beside_one_of_many() -> None:
    found = asked(answers([10, 2, 8, 9], BEFORE, "employee"), answers([10] * 20 + [1] * 9, who="employee"))
    assert np.isnan(row(found, "employees")["before"])
    assert row(found, "employees")["n_before"] == 0


def test_who_does_not_answer_is_told() -> None:
    lost = [deal(at, "r1", "Lost", 5, "2026-01-02", "2026-02-02") for at in range(60)]
    won = [deal(100 + at, "r1", "Won", 5, "2026-01-02", "2026-02-02") for at in range(30)]
    of = [one["opportunity_id"] for one in won[:25]] + [lost[0]["opportunity_id"]]
    found = asked(answers([10] * 26, deals=of), deals=[*won, *lost])
    rates = found.rates.set_index("group")
    assert rates.loc[["customers", "lost_buyers"], ["asked", "answered"]].to_numpy().tolist() == [[30, 25], [60, 1]]
    assert "1 of 60" in said(found)
    assert "1 din 60" in said(found, "ro")


def test_nobody_answered_is_said_in_words() -> None:
    found = voice(tables(), as_of=AS_OF)
    assert isinstance(voice_figure(found, Words()), Missing)
    assert [one.key for one in found.findings] == ["voice.too_few"]


def test_the_interval_of_a_change_holds_and_its_chance_is_even_where_nothing_changed() -> None:
    draw = np.random.default_rng(4)
    shares = ([0.45, 0.3, 0.25], [0.6, 0.2, 0.2])
    held, small = 0, 0
    for _ in range(300):
        now, then, again = (tuple(draw.multinomial(n, shares[which])) for n, which in ((60, 0), (90, 1), (80, 0)))
        low, high = change_interval(now, then)
        held += low <= 100 * (0.20 - 0.40) <= high
        small += p_alike(now, again) < 0.05
    assert held >= 0.92 * 300
    assert small <= 0.08 * 300


@pytest.mark.parametrize("locale", ["en", "ro"])
def test_all_is_told_of_the_demo(locale: str, demo: dict[str, pd.DataFrame]) -> None:
    text = said(voice(demo, as_of=date(2026, 11, 8)), locale)
    parts = {
        "en": ("Buyers who did not", "any other may be luck", "Who answers", "points of recommendation"),
        "ro": ("Clienți care nu au cumpărat", "poate fi noroc", "Cine răspunde", "de puncte de recomandare"),
    }
    assert [part for part in parts[locale] if part not in text] == []
