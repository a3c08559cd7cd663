"""How buyers and employees feel: planted shares are found, a planted drop is, luck is not, and few employees are hidden."""

from collections.abc import Sequence
from datetime import date, timedelta
from functools import cache

import numpy as np
import pandas as pd
import pytest

from salesanalytics import show
from salesanalytics.analyses.company.sentiment_for_teams import sentiment_shares, sentiment_turns
from salesanalytics.analyses.evaluating.sentiment import Sentiment, sentiment
from salesanalytics.models.sentiment.aspects import aspects
from salesanalytics.show import Words
from salesanalytics.show.blocks import Missing
from salesanalytics.stats.drop import turn
from salesanalytics.views.evaluating.sentiment import sentiment_aspects_figure, sentiment_figure, sentiment_groups_figure
from tests.answers import written
from tests.tables import AS_OF, tables
from tests.tiny import Rows, deal

VIEWS = (sentiment_figure, sentiment_groups_figure, sentiment_aspects_figure)
GOOD = ("The machine works very well", "Support was quick and friendly", "Delivery came early, we are happy", "Great quality")
BAD = ("The machine breaks all the time", "Support was slow and rude", "Delivery came late again, we are angry", "Poor quality")
WHEN = ("in our plant", "this month", "for our people", "on the second line", "as last year", "in the north hall")
PRODUCT = [{"product_id": "p1", "name": "Pump"}, {"product_id": "p2", "name": "Valve"}]


def texts(
    n: int,
    positive: float,
    days: tuple[int, int] = (1, 300),
    who: str = "buyer",
    seed: int = 0,
    score: bool = True,
    **more: object,
) -> Rows:
    """Answers `days` before the day of the question, a share of them positive, no two alike."""
    draw, rows = np.random.default_rng(seed), []
    for at in range(n):
        good = draw.random() < positive
        said = f"{draw.choice(GOOD if good else BAD)} {draw.choice(WHEN)}, {draw.choice(WHEN)}, case {seed}-{at}"
        on = AS_OF - timedelta(days=int(draw.integers(*days)))
        row = {"feedback_id": f"{who}{seed}-{at}-{days[0]}", "author_kind": who, "occurred_at": f"{on} 10:00", "text": said}
        row |= {"team_id": "north", "score_scale": "nps"} | more
        rows.append(row | ({"score": (10 if good else 2)} if score else {}))
    return rows


def asked(*rows: Rows, by_team: Sequence[str] = ()) -> Sentiment:
    """Of these texts."""
    held = tables(feedback=[one for some in rows for one in some], product=PRODUCT)
    return sentiment(held, dict.fromkeys(by_team, held), as_of=AS_OF)


def row(found: Sentiment, author: str, by: str = "all", group: str = "") -> "pd.Series[float]":
    """One row of the company's table."""
    mine = found.table[found.table["team_id"] == ""]
    return mine.set_index(["author", "by", "group"]).loc[(author, by, group)]


def said(found: Sentiment, locale: str = "en") -> str:
    """All that a page says of it."""
    words = Words(locale, "EUR")
    return written(*(view(found, words) for view in VIEWS), show.findings(found.findings, words))


@cache
def dropped() -> Sentiment:
    """One product's buyers turned half a year ago, the other's did not."""
    fell = texts(80, 0.8, (200, 700), seed=1, product_id="p1"), texts(60, 0.2, (1, 190), seed=2, product_id="p1")
    level = texts(150, 0.7, (1, 700), seed=3, product_id="p2")
    return asked(*fell, level, texts(40, 0.5, who="employee", seed=4), by_team=["a", "b", "c", "d", "e"])


def test_the_share_of_positive_texts_is_found_with_a_range_that_holds_it() -> None:
    found = asked(texts(120, 0.7), texts(60, 0.3, who="employee", seed=1))
    for author, true in (("buyer", 0.7), ("employee", 0.3)):
        assert row(found, author)["low"] < true < row(found, author)["high"]
    assert [one.key for one in found.findings] == ["sentiment.buyer", "sentiment.employee"]


def test_a_drop_of_one_product_is_found_with_its_month_and_no_other() -> None:
    found = dropped()
    whole = found.turns[found.turns["team_id"] == ""]
    assert whole.loc[whole["by"] == "product", "group"].to_list() == ["Pump"]
    turned = whole[whole["by"] == "product"].iloc[0]
    assert abs((turned["on"] - (AS_OF - timedelta(days=195))).days) <= 45
    assert turned["before_low"] < 0.8 < turned["before_high"]
    assert turned["after_low"] < 0.2 < turned["after_high"]
    assert "Pump: positive texts fell to" not in said(asked(texts(150, 0.7, (1, 700))))
    assert "Pump, all teams together" in said(found)
    assert "Pump, toate echipele la un loc" in said(found, "ro")


def test_accounts_are_named_and_those_who_share_a_name_are_told_apart() -> None:
    held = [{"account_id": f"a{at}", "name": name} for at, name in enumerate(("Acme", "Acme", "Zeta", "a3"))]
    rows = [one for at in range(4) for one in texts(12, 0.5, seed=at, account_id=f"a{at}")]
    found = sentiment(tables(feedback=rows, account=held), as_of=AS_OF)
    told = found.table[(found.table["by"] == "account")]
    assert sorted(told["group"]) == ["Acme (a0)", "Acme (a1)", "Zeta", "a3"]
    assert "Acme (a0)" in said(found)


def test_what_was_written_before_a_deal_closed_is_of_the_stage_it_stood_in_then() -> None:
    opened = deal(1, "r1", "Won", 5, "2026-05-01", "2026-08-01")
    moved = [{"history_id": "h1", "opportunity_id": "o1", "changed_at": "2026-06-01 10:00", "field": "stage",
              "old_value": "Lead", "new_value": "Offer"}]  # fmt: skip
    days = {"Lead": (95, 110), "Offer": (40, 80), "won": (1, 25)}
    rows = [one for at, span in enumerate(days.values()) for one in texts(8, 0.5, span, seed=at, opportunity_id="o1")]
    held = tables(feedback=rows, opportunity=[opened | {"opportunity_id": "o1"}], opportunity_history=moved)
    table = sentiment(held, as_of=AS_OF).table.set_index(["by", "group"])["texts"]
    assert table["stage"].to_dict() == {"Offer": 8, "Lead": 8}
    assert table["outcome"].to_dict() == {"open": 16, "won": 8}


def test_months_are_told_of_buyers_and_not_of_employees() -> None:
    found = asked(texts(60, 0.5, (1, 60)), texts(60, 0.5, (1, 60), "employee", 1)).table
    months = found[found["by"] == "month"]
    assert set(months["author"]) == {"buyer"}
    assert [(one.start, one.end) for one in months.itertuples()][-1] == (AS_OF.replace(day=1), AS_OF)
    assert months["texts"].sum() == 60


def test_texts_that_are_suddenly_longer_are_called_unlike_those_before_and_usual_ones_are_not() -> None:
    usual = texts(120, 0.7, (92, 700), seed=1)
    assert not [one.key for one in asked(usual, texts(60, 0.7, (1, 90), seed=1)).findings if "unlike" in one.key]
    strange = [one | {"text": f"{one['text']} and so on and so forth, as ever, with all that goes with it"} for one in
               texts(60, 0.7, (1, 90), seed=1)]  # fmt: skip
    found = asked(usual, strange)
    assert [one.key for one in found.findings if "unlike" in one.key] in (
        ["sentiment.unlike_length"],
        ["sentiment.unlike_unknown_words"],
    )
    assert "learns what is new" in written(show.findings(found.findings, Words("en", "EUR")))
    assert asked(strange).signs.empty


def test_a_text_whose_score_takes_no_side_counts_on_neither() -> None:
    middle = [one | {"feedback_id": f"m{one['feedback_id']}", "score": 7} for one in texts(30, 0.5, seed=4)]
    five = [
        one | {"feedback_id": f"f{one['feedback_id']}", "score": 3, "score_scale": "csat5"} for one in texts(30, 0.5, seed=5)
    ]
    unknown = texts(20, 0.5, seed=6, score=False)
    found = asked(texts(40, 0.7), middle, five, unknown)
    assert row(found, "buyer")["texts"] == 60
    assert len(found.texts) == 120


def test_what_only_echoes_a_surer_turn_is_not_told() -> None:
    """All buyers together fell too, but only because those of the pump did."""
    whole = dropped().turns
    whole = whole[(whole["team_id"] == "") & (whole["author"] == "buyer")]
    assert whole["by"].to_list() == ["product"]


def test_two_turns_that_have_nothing_to_do_with_each_other_are_both_told() -> None:
    pump = [texts(90, 0.9, (200, 700), seed=1, product_id="p1"), texts(70, 0.1, (1, 190), seed=2, product_id="p1")]
    valve = [texts(90, 0.1, (260, 700), seed=3, product_id="p2"), texts(70, 0.9, (1, 250), seed=4, product_id="p2")]
    found = asked(*pump, *valve).turns
    assert sorted(found.loc[found["by"] == "product", "group"]) == ["Pump", "Valve"]


@pytest.mark.parametrize(("days", "severity"), [(120, "act"), (400, "watch")])
def test_what_fell_lately_is_to_act_on_and_what_fell_long_ago_is_not(days: int, severity: str) -> None:
    found = asked(texts(120, 0.9, (days + 5, 700), seed=1), texts(90, 0.1, (1, days), seed=2))
    assert next((one.key, one.severity) for one in found.findings) == ("sentiment.fell_company", severity)


def test_what_fell_in_all_teams_is_not_a_teams_to_act_on() -> None:
    found = asked(texts(120, 0.9, (125, 700), seed=1), texts(90, 0.1, (1, 120), seed=2))
    shares = found.table.assign(team_id="north")
    mine = Sentiment.told(shares, found.turns.assign(team_id="north", whole=True), AS_OF)
    assert next((one.key, one.severity) for one in mine.findings) == ("sentiment.fell_company", "watch")


def test_luck_is_no_turn() -> None:
    """Of forty groups that never changed, hardly one is called turned."""
    draw, called = np.random.default_rng(5), 0
    for _ in range(40):
        values = (draw.random(90) < 0.6).astype(float)
        found = turn(values, np.arange(15, 76, 5), 15)
        called += found is not None and found.p < 0.05
    assert called <= 5


def test_a_turn_is_placed_where_it_was() -> None:
    values = np.r_[np.ones(40), np.zeros(30)] * 0.9
    found = turn(values, np.array([20, 40, 60]), 10)
    assert found is not None
    assert (found.place, round(found.before, 1), found.after) == (40, 0.9, 0)
    assert turn(np.ones(50), np.array([25]), 10) is None
    assert turn(values, np.array([5]), 10) is None


def test_fewer_than_five_employees_are_not_told_nor_who_could_be_worked_out() -> None:
    few = asked(texts(30, 0.7), texts(4, 0.5, who="employee", seed=1))
    assert set(few.table["author"]) == {"buyer"}
    quarters = texts(6, 0.5, (100, 120), "employee", 2), texts(3, 0.5, (1, 20), "employee", 3)
    found = asked(texts(30, 0.7), *quarters).table
    assert (found.loc[found["author"] == "employee", "by"] == "quarter").sum() == 0


def test_a_team_is_told_its_own_and_turns_of_all_where_five_teams_wrote() -> None:
    found = dropped()
    shares, turns = sentiment_shares(found), sentiment_turns(found)
    assert set(shares["team_id"]) == {"a", "b", "c", "d", "e"}
    assert set(turns.loc[turns["whole"], "team_id"]) == {"a", "b", "c", "d", "e"}
    mine = Sentiment.told(shares[shares["team_id"] == "a"], turns[turns["team_id"] == "a"], AS_OF)
    assert mine.findings[0].key in ("sentiment.fell_company", "sentiment.fell_team")
    alone = sentiment_turns(asked(texts(80, 0.9, (200, 700), seed=1), texts(60, 0.1, seed=2), by_team=["a"]))
    assert not alone["whole"].any()
    assert sentiment_turns(asked(texts(40, 0.7), by_team=["a"])).empty


def test_without_scores_or_labels_it_says_what_is_assumed() -> None:
    found = asked(texts(60, 0.7, score=False))
    assert set(found.table["basis"]) == {"assumed"}
    assert "is assumed there" in said(found)


def test_peoples_labels_come_before_scores() -> None:
    rows = texts(80, 0.5, seed=6)
    labels = pd.DataFrame({"feedback_id": [one["feedback_id"] for one in rows]})
    turned = labels.assign(label=[0.0 if "well" in str(one["text"]) or "quick" in str(one["text"]) else 1.0 for one in rows])
    held = tables(feedback=rows)
    as_scored, as_labelled = sentiment(held, as_of=AS_OF), sentiment(held, as_of=AS_OF, labels=turned)
    assert as_labelled.labelled == as_scored.labelled == 80
    assert not np.allclose(as_scored.texts["chance"], as_labelled.texts["chance"], atol=0.2)


def test_what_cannot_be_scored_is_counted() -> None:
    strange = [
        row | {"text": text, "score": ""}
        for row, text in zip(
            texts(3, 1, seed=9), ("😀😀", "12345", "Bardzo dobra obsługa klienta, polecam wszystkim"), strict=True
        )
    ]
    found = asked(texts(60, 0.7), strange)
    assert found.not_scored == 3
    assert "3 texts are not scored" in said(found)


def test_markup_in_a_name_is_escaped() -> None:
    held = tables(feedback=texts(40, 0.5, product_id="p1"), product=[{"product_id": "p1", "name": "<script>alert(1)</script>"}])
    found = sentiment(held, as_of=AS_OF)
    page = show.render_block(sentiment_groups_figure(found, Words()))
    assert "<script>" not in page


def test_nobody_wrote_is_said_in_words() -> None:
    found = sentiment(tables(), as_of=AS_OF)
    assert isinstance(sentiment_figure(found, Words()), Missing)
    assert found.findings == ()


@pytest.mark.parametrize(
    ("text", "kind", "of"),
    [
        ("The invoice was higher than the quote", "buyer", {"price"}),
        ("Livrarea a întârziat și coletul a ajuns deteriorat", "buyer", {"delivery"}),
        ("Șeful meu mă ascultă", "employee", {"manager"}),
        ("Comisionul a fost plătit târziu", "employee", {"pay"}),
        ("Nothing to add", "buyer", set()),
    ],
)
def test_what_a_text_speaks_of_is_read_in_both_languages(text: str, kind: str, of: set[str]) -> None:
    found = aspects([text], kind).iloc[0]
    assert set(found.index[found]) == of


def test_the_demo_tells_of_its_product(demo: dict[str, pd.DataFrame]) -> None:
    found = sentiment(demo, as_of=date(2026, 11, 8))
    products = found.table[found.table["by"] == "product"].set_index("group")["share"]
    assert (
        products.idxmin() == "Helix Gateway"
    )  # that it fell is found in most companies of this size, and in twenty larger ones
    assert set(found.turns.loc[found.turns["by"] == "product", "group"]) <= {"Helix Gateway"}
