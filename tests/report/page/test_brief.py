"""What a page opens with, and which of two orders about one subject stands."""

from datetime import date
from itertools import permutations

import pytest

from salesanalytics.report.page.brief import MOST, OPPOSED, Brief, brief, friday_after
from salesanalytics.report.page.content import Placed, placed_blocks
from salesanalytics.show import Words
from salesanalytics.show.blocks import FindingBlock, Standing
from tests.report.report_parts import finding, notebook, shown

EN = Words("en", "EUR")
RUNNING = "forecast:2026-10-01"


def judged(*findings: FindingBlock) -> Brief:
    return brief(list(placed_blocks("c", notebook(shown(*findings)), "leader")), EN)


def sentences(placed: tuple[Placed, ...]) -> list[str]:
    return [one.block.sentence for one in placed]  # type: ignore[union-attr]


def top(*findings: FindingBlock) -> list[str]:
    return sentences(judged(*findings).top)


def landing(severity: str = "watch", **more: object) -> FindingBlock:
    return finding("lands", severity, key="landing.open", about=RUNNING, **more)


def test_the_page_opens_with_what_to_act_on_then_what_to_watch_by_money() -> None:
    assert top(finding("w9", "watch", 9), finding("a1", "act", 1), finding("g", "good", 99), finding("a5", "act", 5)) == [
        "a5",
        "a1",
        "w9",
    ]


def test_never_more_than_four() -> None:
    assert top(*[finding(f"a{n}", "act", -n) for n in range(7)]) == ["a0", "a1", "a2", "a3"]


def test_good_news_fills_up_to_three() -> None:
    good = [finding(f"g{at}", "good", at) for at in (1, 2, 3)]
    assert top(good[0], good[1], finding("w", "watch"), good[2]) == ["w", "g3", "g2"]


def test_equal_ones_keep_their_order() -> None:
    assert top(finding("first"), finding("second")) == ["first", "second"]


def test_what_is_said_of_new_business_does_not_lead() -> None:
    """It presses more, so a chapter shows it first; the forecast leads all the same."""
    more = finding("more pipeline", "act", key="landing.more_pipeline", about="pipeline:", says="start")
    off = finding("off", key="calls.too_high", about=RUNNING, says="lower")
    found = judged(more, landing(), off)
    assert sentences(found.top) == ["lands", "more pipeline"]
    assert [block.sentence for block in found.changed.values()] == ["off"]


@pytest.mark.parametrize("severity", ["good", "watch", "act"])
def test_where_the_period_lands_comes_first_whatever_else_presses(severity: str) -> None:
    assert top(finding("a", "act", 10**9), landing(severity))[0] == "lands"


def test_what_speaks_of_the_same_forecast_is_evidence_and_orders_nothing() -> None:
    too_high = finding("off", key="calls.too_high", about=RUNNING, says="lower")
    as_it_is = finding("fair", key="calls.fair", about=RUNNING, says="keep")
    found = judged(too_high, as_it_is, landing())
    assert sentences(found.top) == ["lands"]
    assert {block.next_step for block in found.changed.values()} == {EN.say("brief.told_above")}
    other = finding("next", key="bookings.open", about="forecast:2027-01-01", says="lower")
    assert top(other, landing()) == ["lands", "next"]


def test_without_a_landing_the_others_speak_for_themselves() -> None:
    assert top(finding("pace", key="pace.behind", about=RUNNING)) == ["pace"]


@pytest.mark.parametrize("pair", [tuple(sorted(pair)) for pair in OPPOSED])
def test_of_two_opposed_orders_about_one_subject_one_stands(pair: tuple[str, str]) -> None:
    for first, second in permutations(pair):
        strong = finding("strong", "act", 5, about="rep:r1", says=first)
        weak = finding("weak", "watch", 9, about="rep:r1", says=second)
        found = judged(weak, strong)
        assert sentences(found.top) == ["strong"]
        (changed,) = found.changed.values()
        assert (changed.sentence, changed.next_step, changed.says) == ("weak", EN.say("brief.other_order"), "")


def test_orders_about_different_subjects_periods_or_to_the_same_end_both_stand() -> None:
    raise_ = finding("one", about="rep:r1", says="raise")
    for other in (
        finding("two", about="rep:r2", says="lower"),
        finding("two", about="rep:r1", says="raise"),
        finding("two", about="quota:r1", says="lower"),
        finding("two", about="rep:r1", says="lower", horizon="next"),
    ):
        assert judged(raise_, other).changed == {}


def test_an_order_about_all_goes_against_one_about_any() -> None:
    lower = finding("lower", "act", about="plan:2027-01-01", says="lower", horizon="next")
    keep = finding("keep", "good", about="plan:", says="keep", horizon="next")
    assert [block.sentence for block in judged(keep, lower).changed.values()] == ["keep"]


def test_nothing_is_urgent_on_a_target_nobody_set() -> None:
    alarm = finding("alarm", "act", 99, about="plan:2027", says="lower", rests_on=("target.growth",))
    found = judged(alarm, finding("small", "watch", 1))
    assert sentences(found.top) == ["small"]
    (changed,) = found.changed.values()
    assert (changed.severity, changed.label) == ("watch", EN.say("severity.watch"))


def test_one_finding_a_subject_and_no_housekeeping() -> None:
    both = [finding(f"p{at}", "watch", at, about="people:") for at in (1, 2)]
    assert top(*both, finding("record it", "watch", 99, says="record")) == ["p2"]


def test_any_order_of_the_findings_gives_the_same_page() -> None:
    many = [
        landing(),
        finding("calls", key="calls.too_high", about=RUNNING, says="lower"),
        finding("raise", "watch", 3, about="rep:r1", says="raise"),
        finding("lower", "act", 2, about="rep:r1", says="lower"),
        finding("alarm", "act", 9, rests_on=("target.growth",)),
    ]
    pages = [judged(*order) for order in permutations(many)]
    assert {tuple(sentences(page.top)) for page in pages} == {("lands", "lower")}
    assert all(len(page.top) <= MOST for page in pages)


def test_that_the_data_are_not_whole_comes_before_where_the_period_lands() -> None:
    cut = finding("cut off", "act", key="freshness.all", says="check")
    assert top(landing(), finding("a", "act", 9), cut) == ["cut off", "lands", "a"]


def test_what_changed_and_a_call_that_cannot_be_follow_the_landing() -> None:
    change = finding("down", key="last_week.down", about=RUNNING)
    cannot = finding("too much", key="calls.above_all", about="rep:r1", says="lower")
    found = judged(finding("big", "act", 900), cannot, change, landing("act"))
    assert sentences(found.top) == ["lands", "down", "big", "too much"]
    assert found.top[1].block.next_step == "Call them"  # type: ignore[union-attr]


def test_what_moves_little_money_is_nothing_to_act_on_now() -> None:
    small, large = finding("small", "act", 19), finding("large", "act", 21)
    broken = finding("not whole", "act", key="freshness.all")
    blocks = (Standing("North lands", 1000.0), landing("act"), small, large, broken)
    found = brief(list(placed_blocks("c", notebook(shown(*blocks)), "leader")), EN)
    severities = {one.block.sentence: one.block.severity for one in found.top}  # type: ignore[union-attr]
    assert severities == {"not whole": "act", "lands": "act", "large": "act", "small": "watch"}
    assert [block.sentence for block in found.changed.values()] == ["small"]
    assert found.answers["c"] == "lands"


def test_the_top_says_a_finding_in_its_headline_and_the_chapter_in_whole() -> None:
    long = finding("a long sentence", headline="in short")
    found = judged(long)
    assert sentences(found.top) == ["in short"]
    assert found.answers["c"] == "in short"
    assert found.changed == {}


def test_what_is_asked_for_this_period_has_a_day() -> None:
    later = finding("later", "act", 5, horizon="later")
    placed = list(placed_blocks("c", notebook(shown(landing(), finding("now", "act", 9), later)), "leader"))
    owners = {one.block.sentence: one.block.owner for one in brief(placed, EN, date(2026, 11, 27)).top}  # type: ignore[union-attr]
    assert owners == {"lands": "Rep, by 27 Nov", "now": "Rep, by 27 Nov", "later": "Rep"}


def test_a_page_is_read_in_the_week_after_its_data() -> None:
    assert [friday_after(date(2026, 11, day)).day for day in (20, 21, 22, 23, 26, 27)] == [27, 27, 27, 27, 27, 4]


def test_what_costs_no_money_only_fills_up() -> None:
    money = [finding(f"w{n}", "watch", n) for n in (5, 4, 3)]
    assert top(landing(), *money, finding("free", "watch")) == ["lands", "w5", "w4", "w3"]
    assert top(landing(), finding("free", "watch"), finding("free too", "watch"), money[0]) == ["lands", "w5", "free"]


def test_what_always_stands_first_is_headed_by_what_it_says_unless_it_presses() -> None:
    changed = finding("moved", "watch", key="last_week.same", about=RUNNING)
    labels = [[one.block.label for one in judged(landing(severity), changed).top] for severity in ("watch", "act")]  # type: ignore[union-attr]
    assert labels == [["Forecast", "What changed"], ["", "What changed"]]


def test_what_moves_little_makes_room_for_what_moves_more() -> None:
    """Four alarms over a few hundred, of a million, are nothing to act on now, and 500,000 to watch comes before them."""
    small = [finding(f"s{at}", "act", weight=100.0 * at) for at in range(1, 5)]
    placed = placed_blocks("c", notebook(shown(*small, finding("large", "watch", weight=5e5), Standing("line", 1e6))), "leader")
    assert sentences(brief(list(placed), EN).top)[0] == "large"
