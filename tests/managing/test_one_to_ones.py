"""One-to-ones: who is due, what is carried over, what to talk about, and what is said where little is known."""

from dataclasses import replace
from datetime import date
from typing import Any

import pandas as pd
import pytest

from salesanalytics.analyses.managing.one_to_ones import OneToOnes, one_to_ones
from salesanalytics.analyses.managing.scorecards import scorecards
from salesanalytics.base.types import Tables
from salesanalytics.data.tables.partition import partition
from salesanalytics.show import Missing, Words, findings, leaves
from salesanalytics.views.managing import one_to_ones as views
from tests.answers import written
from tests.conftest import DEMO_DAY
from tests.tables import AS_OF, QUARTER, tables
from tests.tiny import REP, TEAM, deal


def talk(
    number: int, rep: str, made: str, what: str = "", due: str = "", state: str = "", closed: str = ""
) -> dict[str, object]:
    return {
        "commitment_id": f"c{number}", "rep_id": rep, "made_on": made, "by": "rep", "what": what, "due_on": due,
        "state": state, "closed_on": closed,
    }  # fmt: skip


def wish(rep: str, name: str, value: str = "", day: str = "2026-01-01") -> dict[str, object]:
    return {"rep_id": rep, "kind": "feedback_preference", "name": name, "value": value, "observed_on": day}


def asked(
    commitment: list[dict[str, object]] | None, rep_trait: list[dict[str, object]] | None = None, **changes: Any
) -> OneToOnes:
    company = tables(commitment=commitment, rep_trait=rep_trait, **changes)
    return one_to_ones(company, as_of=AS_OF, period=QUARTER)


def of(found: OneToOnes, rep: str) -> pd.Series:
    rows = found.table[found.table["rep_id"] == rep]
    assert len(rows) == 1
    return rows.iloc[0]


def test_a_talk_is_due_as_often_as_the_person_wishes() -> None:
    held = [talk(1, "r1", "2026-08-20"), talk(2, "r2", "2026-08-20"), talk(3, "r3", "2026-08-20")]
    found = asked(held, [wish("r1", "cadence", "weekly"), wish("r2", "monthly"), wish("r2", "cadence", "Lunar", "2026-02-01")])
    assert (of(found, "r1")["days_overdue"], of(found, "r1")["state"]) == (4, "overdue")
    assert (of(found, "r2")["every"], of(found, "r2")["state"]) == (28, "later")
    assert (of(found, "r3")["every"], of(found, "r3")["cadence_said"], of(found, "r3")["state"]) == (14, False, "soon")
    assert [(one.key, one.values["name"]) for one in found.findings] == [("one_to_ones.overdue", "Ana Pop")]


def test_who_has_not_said_gets_the_usual_and_it_is_said() -> None:
    found = asked([talk(1, "r1", "2026-08-20")], [wish("r1", "cadence", "when the moon is full")])
    assert not found.table["cadence_said"].any()
    assert "3 people have not said how often" in str(views.one_to_ones_table(found, Words()))
    assert "no wish is recorded" in str(views.one_to_one_sheet(found.of("r1"), Words()))


def test_what_is_open_is_carried_over_and_what_was_settled_since_the_last_talk() -> None:
    held = [
        talk(1, "r1", "2026-06-01", "old and done", "2026-06-10", "done", "2026-06-09"),
        talk(2, "r1", "2026-07-01", "late", "2026-08-01"),
        talk(3, "r1", "2026-08-10", "kept", "2026-08-25", "done", "2026-08-24"),
        talk(4, "r1", "2026-08-10", "given up", "2026-08-25", "dropped", "2026-08-26"),
        talk(5, "r1", "2026-08-20", "to come", "2026-09-25", "open"),
        talk(6, "r1", "2026-08-21"),
        talk(7, "r1", "2026-06-01", "given up on a day nobody wrote down", "2026-06-10", "dropped"),
    ]
    found = asked(held)
    assert found.commitments[["what", "state", "days_overdue"]].to_numpy().tolist() == [
        ["late", "overdue", 30],
        ["given up", "dropped", 0],
        ["kept", "done", 0],
        ["to come", "open", 0],
    ]
    assert of(found, "r1")[["open", "overdue", "done", "dropped"]].to_list() == [1, 1, 1, 1]
    assert "late" in str(views.one_to_ones_commitments(found, Words()))
    told = found.findings[-1]
    assert (told.key, told.values) == ("one_to_ones.agreed", {"n": 1, "open": 1, "days": 30})


def test_where_nobody_waits_and_nothing_is_overdue_all_is_in_time() -> None:
    found = asked([talk(at, rep, "2026-08-25", "to come", "2026-09-25") for at, rep in enumerate(("r1", "r2", "r3"))])
    assert [(one.key, one.values) for one in found.findings] == [("one_to_ones.in_time", {"n": 3})]


def test_a_day_before_the_agreement_is_no_day_it_is_overdue_since() -> None:
    found = asked([talk(1, "r1", "2026-08-20", "a slip of the pen", "1999-01-01")])
    assert found.commitments[["state", "days_overdue"]].to_numpy().tolist() == [["open", 0]]
    assert found.commitments["due_on"].isna().all()


def test_who_came_back_starts_anew() -> None:
    stays = [
        {"rep_id": "r1", "hired_on": "2020-01-01", "left_on": "2025-12-31", "leave_type": "voluntary"},
        {"rep_id": "r1", "hired_on": "2026-08-03"},
    ]
    found = asked([talk(1, "r1", "2025-11-01", "of old", "2025-12-01"), talk(2, "r2", "2026-08-25")], employment=stays)
    mine = of(found, "r1")
    assert pd.isna(mine["last_on"])
    assert (mine["due_on"].date(), mine["days_overdue"]) == (date(2026, 8, 17), 14)
    assert "of old" not in set(found.commitments["what"])


def test_who_moved_is_talked_to_in_the_new_team_alone() -> None:
    spans = [
        {"rep_id": "r1", "team_id": "north", "valid_from": "2024-01-01", "valid_to": "2026-08-09"},
        {"rep_id": "r1", "team_id": "south", "valid_from": "2026-08-10"},
    ]
    company = tables(rep_assignment=spans, commitment=[talk(1, "r1", "2026-08-01", "in the north", "2026-08-05")])
    cut = partition(company, AS_OF, "UTC")
    shared = {name: company[name] for name in company if name not in cut["north"]}
    north, south = (one_to_ones({**shared, **cut[team]}, as_of=AS_OF, period=QUARTER) for team in ("north", "south"))
    assert set(north.table["rep_id"]) == {"r2"}
    assert set(south.table["rep_id"]) == {"r1", "r3"}
    assert south.commitments.empty
    assert not south.recorded


def test_a_manager_of_two_teams_has_no_talk_with_himself() -> None:
    led = [{**one, "manager_rep_id": "r2"} for one in TEAM]
    found = asked([talk(1, "r1", "2026-08-25"), talk(2, "r3", "2026-08-25")], team=led)
    assert set(found.table["rep_id"]) == {"r1", "r3"}


def test_who_left_is_not_talked_to() -> None:
    gone = [REP[0], {**REP[1], "leave_date": "2026-08-01"}, REP[2]]
    assert "r2" not in set(asked([talk(1, "r1", "2026-08-25")], rep=gone).table["rep_id"])


@pytest.mark.parametrize("locale", ["en", "ro"])
def test_where_no_talk_is_written_down_nothing_is_due_and_it_says_so(locale: str) -> None:
    found, words = asked(None), Words(locale, "EUR")
    assert [one.key for one in found.findings] == ["one_to_ones.not_recorded"]
    assert set(found.table["state"]) == {"unknown"}
    assert len(getattr(views.one_to_ones_table(found, words), "columns", ())) == 2
    assert any(isinstance(block, Missing) for block in views.one_to_one_sheet(found.of("r1"), words))


def test_nobody_to_talk_to_is_an_answer() -> None:
    alone = [{**REP[0], "role": "manager"}]
    mine = [deal(1, "r1", "Offer", 100, "2026-08-01")]
    found = asked([talk(1, "r1", "2026-08-25")], rep=alone, team=TEAM[:1], opportunity=mine)
    assert [one.key for one in found.findings] == ["one_to_ones.nobody"]
    assert isinstance(views.one_to_ones_table(found, Words()), Missing)


def test_deals_that_need_help_come_with_the_person_and_shape_the_question() -> None:
    stuck = deal(9, "r1", "Offer", 900, "2026-05-01")
    found = asked([talk(1, "r1", "2026-08-25")], opportunity=[{**stuck, "expected_close_date": "2026-08-01"}])
    assert (of(found, "r1")["deals"], of(found, "r1")["question"]) == (1, "deals")
    assert "900" in str(views.one_to_one_sheet(found.of("r1"), Words()))
    assert of(found, "r2")["question"] == "open"


def test_a_strength_is_named_only_where_the_cards_call_it_beyond_chance_and_never_to_a_leader(demo: Tables) -> None:
    cards = scorecards(demo, as_of=DEMO_DAY, period=QUARTER.shift(1))
    card = cards.table[cards.table["good"].eq(True).fillna(False)].iloc[0]
    one, words = cards.table.index == card.name, Words()
    sure = replace(cards, table=cards.table.assign(differs=one))
    found = one_to_ones(demo, as_of=DEMO_DAY, period=QUARTER.shift(1), cards=sure)
    assert of(found, card["rep_id"])["strength"] == card["kpi"]
    assert (found.table["strength"] != "").sum() == 1
    assert (found.table["gap"] == "").all()
    said = words.say(f"kpi.{card['kpi']}")
    assert said in str(views.one_to_ones_agenda(found, words))
    for_leader = (views.one_to_ones_table, views.one_to_ones_commitments, views.one_to_ones_agenda)
    told = [written(block) for view in for_leader for block in leaves(view(found, words), audience="leader")]
    assert told
    assert not any(said in one or "peers" in one for one in told)


SAID = {
    "en": (
        "7 one-to-ones are overdue",
        "25 commitments are overdue",
        "With 7 of 16 people",
        "What to talk about",
        "Last talk: ",
    ),
    "ro": ("7 discuții individuale", "25 de angajamente", "Cu 7 din 16 persoane", "Despre ce să vorbiți", "Ultima discuție: "),
}


@pytest.mark.parametrize("locale", SAID)
def test_all_is_told_in_both_languages(locale: str, demo: Tables) -> None:
    cards = scorecards(demo, as_of=DEMO_DAY, period=QUARTER.shift(1))
    found, words = one_to_ones(demo, as_of=DEMO_DAY, period=QUARTER.shift(1), cards=cards), Words(locale, "EUR")
    blocks = [
        views.one_to_ones_table(found, words),
        views.one_to_ones_commitments(found, words),
        findings(found.findings, words),
    ]
    blocks += [views.one_to_ones_agenda(found, words), views.one_to_one_sheet(found, words)]
    for block, part in zip(blocks, SAID[locale], strict=True):
        assert part in written(block)
        assert "NaT" not in written(block)
