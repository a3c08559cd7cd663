"""What made the difference: parts add up to the cent, what cannot be told is told to be so, and chance is no reason."""

from collections.abc import Sequence
from datetime import date
from typing import Any

import numpy as np
import pandas as pd
import pytest

from salesanalytics.analyses.managing.contribution import FACTORS, Contribution, contribution
from salesanalytics.base.types import Tables
from salesanalytics.show import Figure, Missing, Words, findings, leaves
from salesanalytics.views.managing.contribution import contribution_figure, contribution_reps, contribution_table
from tests.answers import texts
from tests.conftest import DEMO_DAY
from tests.tables import AS_OF, QUARTER, tables
from tests.tiny import REP, TEAM, deal

BEFORE = QUARTER.shift(-1)
NORTH: dict[str, Any] = {"team": TEAM[:1], "rep": REP[:2]}
OLD = deal(1, "r1", "Lost", 10, "2025-01-01", "2025-01-02")  # since when there are data


def quarter(start: date, lost: int, won: Sequence[float], waiting: int, at: int, owner: str = "r1") -> list[dict[str, object]]:
    """Deals opened and closed in the first month of a quarter, and some that wait until 2027 at least."""
    opened, closed = str(start), str(start.replace(day=20))
    rows = [deal(at + n, owner, "Lost", 99, opened, closed) for n in range(lost)]
    rows += [deal(at + 100 + n, owner, "Won", amount, opened, closed) for n, amount in enumerate(won)]
    return rows + [deal(at + 200 + n, owner, "Offer", 99, opened) for n in range(waiting)]


def asked(*deals: dict[str, object], **changes: Any) -> Contribution:
    return contribution(tables(**{**NORTH, **changes}, opportunity=[OLD, *deals]), as_of=AS_OF, period=QUARTER)


def rows(found: Contribution, against: str = "before", rep: str = "") -> pd.DataFrame:
    mine = found.table[(found.table["against"] == against) & (found.table["rep_id"] == rep)]
    return mine.set_index("factor")


def test_each_factor_is_what_it_says() -> None:
    found = rows(
        asked(*quarter(BEFORE.start, 6, [100.0, 100], 0, 1000), *quarter(QUARTER.start, 4, [150.0, 250, 200, 200], 8, 2000))
    )
    assert found["other"].to_list() == pytest.approx([2, 4, 1, 0.25, 100])
    assert found["mine"].to_list() == pytest.approx([2, 8, 0.5, 0.5, 200])
    assert found["part"].sum() == pytest.approx(600)


def test_if_only_sizes_differ_all_is_size() -> None:
    found = rows(asked(*quarter(BEFORE.start, 2, [100.0, 100], 0, 1000), *quarter(QUARTER.start, 2, [150.0, 250], 0, 2000)))
    assert found["part"].to_dict() == {"people": 0, "activity": 0, "speed": 0, "conversion": 0, "size": 200}


def test_the_parts_of_every_comparison_add_up_to_the_cent(demo: Tables) -> None:
    found = contribution(demo, as_of=DEMO_DAY, period=QUARTER.shift(1))
    parts = found.table.groupby(["against", "rep_id"])["part"].apply(lambda part: sum(round(cents * 100) for cents in part))
    for one in found.sums.to_dict("records"):
        assert parts[one["against"], one["rep_id"]] == round(one["booked"] * 100) - round(one["usual"] * 100)
    assert set(found.sums["against"]) == {"before", "year", "peers"}
    assert np.isfinite(found.table[["part", "low", "high"]]).all().all()


def test_where_nothing_was_won_size_cannot_be_told_and_has_no_part() -> None:
    found = asked(*quarter(BEFORE.start, 2, [100.0, 100], 0, 1000), *quarter(QUARTER.start, 5, [], 0, 2000))
    mine = rows(found)
    assert not mine.loc["size", "told"]
    assert (mine.loc["size", "part"], mine["part"].sum()) == (0, -200)
    assert np.isnan(mine.loc["size", "mine"])
    figure = contribution_figure(found, Words())
    assert "Cannot be told" in str(figure)
    assert "nan" not in str(contribution_table(found, Words()))


def test_a_period_without_deals_is_all_activity() -> None:
    mine = rows(asked(*quarter(BEFORE.start, 2, [100.0, 100], 0, 1000)))
    assert mine["part"].to_dict() == {"people": 0, "activity": -200, "speed": 0, "conversion": 0, "size": 0}
    nothing = rows(asked())
    assert nothing["part"].to_list() == [0] * len(FACTORS)


def test_twice_the_opportunities_is_beyond_chance_and_one_lucky_deal_is_not() -> None:
    busy = asked(*quarter(BEFORE.start, 40, [100.0] * 20, 0, 1000), *quarter(QUARTER.start, 90, [100.0] * 45, 0, 2000))
    assert [(one.key, one.severity) for one in busy.findings] == [("contribution.activity", "good")]
    lucky = asked(*quarter(BEFORE.start, 5, [100.0, 120], 0, 1000), *quarter(QUARTER.start, 5, [100.0, 900], 0, 2000))
    assert [one.key for one in lucky.findings] == ["contribution.unsure"]


def test_the_running_quarter_is_held_against_as_much_of_the_one_before() -> None:
    late = [deal(3000, "r1", "Won", 5_000, "2026-04-01", "2026-06-25")]
    found = asked(*quarter(BEFORE.start, 2, [100.0, 100], 0, 1000), *late, *quarter(QUARTER.start, 2, [100.0, 100], 0, 2000))
    assert found.sums.set_index("against").loc["before", "usual"] == 200


def test_no_earlier_period_is_an_answer() -> None:
    young = contribution(tables(**NORTH, opportunity=quarter(QUARTER.start, 2, [100.0], 0, 1000)), as_of=AS_OF, period=QUARTER)
    assert [one.key for one in young.findings] == ["contribution.no_past"]
    assert isinstance(contribution_figure(young, Words()), Missing)


def test_a_seller_is_held_against_peers_for_analysts_alone() -> None:
    three = [*REP[:2], {**REP[0], "rep_id": "r4", "name": "Di Ek"}]
    deals = [
        row
        for at, rep in enumerate(("r1", "r2", "r4"))
        for row in quarter(QUARTER.start, 2, [100.0 * (at + 1)], 0, 1000 * (at + 1), rep)
    ]
    found = asked(*deals, rep=three)
    mine = rows(found, "peers", "r4")
    assert mine["part"].to_dict() == {"people": 0, "activity": 0, "speed": 0, "conversion": 0, "size": 150}
    assert "Di Ek" in str(contribution_reps(found, Words()))
    assert not list(leaves(contribution_reps(found, Words()), audience="leader"))
    alone = asked(*quarter(QUARTER.start, 2, [100.0], 0, 1000), rep=REP[:1])
    assert alone.sums["against"].tolist() == ["before", "year"]


@pytest.mark.parametrize("locale", ["en", "ro"])
def test_it_is_told_in_both_languages(locale: str, demo: Tables) -> None:
    found, words = contribution(demo, as_of=DEMO_DAY, period=QUARTER.shift(1)), Words(locale, "EUR")
    figure = contribution_figure(found, words)
    assert isinstance(figure, Figure)
    assert len(texts(figure)) >= 2 * (2 + len(FACTORS))
    for block in (findings(found.findings, words), contribution_table(found, words), contribution_reps(found, words)):
        assert "nan" not in str(block)
