"""What teams are told of leads: shared campaigns without giving a team away, leads of nobody, and deals that others sell."""

from collections.abc import Mapping
from datetime import date, timedelta
from pathlib import Path

import pytest

from salesanalytics.analyses.company.leads_for_teams import leads_by_campaign, leads_sold_elsewhere, leads_without_team
from salesanalytics.analyses.planning.leads import leads
from salesanalytics.base.calendar import trailing_year
from salesanalytics.base.types import Tables
from salesanalytics.data.intake.check import check_source
from salesanalytics.data.tables.as_of import known_on
from salesanalytics.data.tables.partition import partition
from tests.tables import AS_OF, tables
from tests.tiny import REP, Rows, deal, write_source

YEAR = trailing_year(AS_OF)
CAMPAIGN = [{"campaign_id": "fair", "start_date": "2026-01-01", "end_date": "2026-01-31", "spend": 900}]


def teams_of(count: int) -> dict[str, Rows]:
    """As many teams as asked for, with one rep each: t0 with r0, t1 with r1, …"""
    teams = [{"team_id": f"t{at}"} for at in range(count)]
    deals = [deal(1, "r0", "Won", 5, "2026-01-20", "2026-02-01")]
    return {"team": teams, "rep": [{"rep_id": f"r{at}", "team_id": f"t{at}"} for at in range(count)], "opportunity": deals}


def brought(counts: Mapping[str, int]) -> list[dict[str, object]]:
    """Leads of the fair, so many for each owner (empty: nobody's)."""
    owners = [owner for owner, count in counts.items() for _ in range(count)]
    return [
        {"lead_id": f"l{at}", "created_at": "2026-01-20", "source": "Fair", "campaign_id": "fair", "owner_rep_id": owner}
        for at, owner in enumerate(owners)
    ]


def cut(whole: Tables) -> dict[str, Tables]:
    by_team = partition({name: whole[name] for name in whole}, AS_OF, "UTC")
    shared = {name: whole[name] for name in whole if name not in next(iter(by_team.values()))}
    return {team: known_on({**shared, **rows}, AS_OF) for team, rows in by_team.items()}


def told(counts: Mapping[str, int], teams: int) -> dict[str, int]:
    """The fair's leads of all, as each team is told them."""
    whole = tables(**teams_of(teams), campaign=CAMPAIGN, lead=brought(counts))
    found = leads_by_campaign(whole, cut(whole), as_of=AS_OF)
    return dict(zip(found["team_id"], found["leads"], strict=True))


@pytest.mark.parametrize(
    ("counts", "teams", "expected"),
    [
        ({"r0": 3, "r1": 2, "r2": 2, "r3": 2, "r4": 2}, 6, dict.fromkeys(("t0", "t1", "t2", "t3", "t4"), 11)),
        ({"r0": 3, "r1": 2, "r2": 2, "r3": 2}, 6, {}),  # four teams: three others would stand behind the rest
        ({"r0": 3, "r1": 2}, 6, {}),  # less its own leads, the other team's would be left
        ({"r0": 2, "r1": 40, "r2": 1, "r3": 1, "r4": 1}, 6, {}),  # to all others the rest is nearly t1's
        ({"r0": 3, "r1": 2, "r2": 2, "r3": 2, "r4": 2, "": 4}, 6, dict.fromkeys(("t0", "t1", "t2", "t3", "t4"), 15)),
        ({"r0": 3}, 1, {"t0": 3}),  # nobody else is there
    ],
    ids=["five teams", "four teams", "two teams", "one large", "some are nobody's", "one team in all"],
)
def test_a_campaigns_leads_are_told_only_where_they_give_no_team_away(
    counts: dict[str, int], teams: int, expected: dict[str, int]
) -> None:
    assert told(counts, teams) == expected


def test_a_team_that_is_not_told_shows_no_cost_and_says_so() -> None:
    both = tables(**teams_of(2), campaign=CAMPAIGN, lead=brought({"r0": 3, "r1": 2}))
    teams = cut(both)
    everyone = leads_by_campaign(both, teams, as_of=AS_OF)
    for handed in (everyone, None):
        found = leads(teams["t0"], as_of=AS_OF, period=YEAR, team="t0", company=handed)
        assert found.untold == 1
        assert found.table[["spend", "cost_per_lead", "payback", "p_pays"]].isna().all(axis=None)
    assert leads(both, as_of=AS_OF, period=YEAR).table["cost_per_lead"].tolist() == [180]


def owned_when_converted(count: int = 100) -> dict[str, Rows]:
    """One lead in ten becomes a deal, and gets an owner only then."""
    first = date(2026, 1, 1)
    days = [first + timedelta(days=at) for at in range(count)]
    lead = [
        {"lead_id": f"l{at}", "created_at": day, "source": "Search", "owner_rep_id": "" if at % 10 else "r1",
         "converted_at": "" if at % 10 else day + timedelta(days=10), "converted_opportunity_id": "" if at % 10 else f"o{at}"}
        for at, day in enumerate(days)
    ]  # fmt: skip
    deals = [
        deal(at, "r1", "Won", 1000, str(days[at] + timedelta(days=10)), str(days[at] + timedelta(days=30)))
        for at in range(0, count, 10)
    ]
    return {"lead": lead, "opportunity": deals}


def test_leads_of_nobody_count_for_the_company_and_no_team_is_told_that_all_of_its_leads_convert() -> None:
    whole = tables(**owned_when_converted())
    teams = cut(whole)
    nobodys = leads_without_team(whole, teams, as_of=AS_OF)
    assert nobodys.to_dict("records") == [{"leads": 90, "owned_when_converted": True}]
    (row,) = leads(whole, as_of=AS_OF, period=YEAR).table.to_dict("records")
    assert (row["leads"], row["opportunities"], row["conversion"]) == (100, 10, pytest.approx(0.1))
    found = leads(teams["north"], as_of=AS_OF, period=YEAR, team="north", without_team=nobodys)
    assert (found.leads, found.nobodys, len(found.table)) == (10, 90, 0)
    assert [(one.key, one.values["n"]) for one in found.findings] == [("leads.owned_when_converted", 90)]


def test_leads_that_only_wait_for_an_owner_leave_a_team_its_conversion() -> None:
    rows = owned_when_converted()
    late = [{**row, "lead_id": f"new{at}", "created_at": "2026-08-30", "owner_rep_id": "", "converted_at": "",
             "converted_opportunity_id": ""} for at, row in enumerate(rows["lead"][:20])]  # fmt: skip
    owned = [{**row, "owner_rep_id": "r1"} for row in rows["lead"]]
    whole = tables(lead=[*owned, *late], opportunity=rows["opportunity"])
    teams = cut(whole)
    nobodys = leads_without_team(whole, teams, as_of=AS_OF)
    assert nobodys.to_dict("records") == [{"leads": 20, "owned_when_converted": False}]
    found = leads(teams["north"], as_of=AS_OF, period=YEAR, team="north", without_team=nobodys)
    assert (found.nobodys, found.table["conversion"].tolist()) == (20, [pytest.approx(0.1)])


def test_where_there_is_one_team_its_page_has_the_leads_without_owner() -> None:
    rows = owned_when_converted()
    whole = tables(**rows, team=[{"team_id": "north"}], rep=REP[:1])
    teams = cut(whole)
    assert leads_without_team(whole, teams, as_of=AS_OF).empty
    found = leads(teams["north"], as_of=AS_OF, period=YEAR, team="north")
    assert (found.leads, found.ownerless, found.table["conversion"].tolist()) == (100, 90, [pytest.approx(0.1)])


def test_a_lead_in_a_queue_is_the_teams_whose_queue_it_is() -> None:
    rows = owned_when_converted()
    queued = [{**row, "team_id": "south"} for row in rows["lead"]]
    teams = cut(tables(lead=queued, opportunity=rows["opportunity"]))
    assert {team: len(one["lead"]) for team, one in teams.items()} == {"north": 0, "south": 100}


def test_check_says_how_many_leads_are_nobodys(tmp_path: Path) -> None:
    several = check_source(write_source(tmp_path / "two", owned_when_converted()), today=AS_OF).quality
    (said,) = [problem for problem in several.level("note") if problem.table == "lead"]
    assert (said.rows, "no team, out of 100 leads" in said.rule, "lead.team_id" in said.remedy) == (90, True, True)
    alone = {**owned_when_converted(), "team": [{"team_id": "north"}], "rep": REP[:1]}
    (said,) = [
        p for p in check_source(write_source(tmp_path / "one", alone), today=AS_OF).quality.level("note") if p.table == "lead"
    ]
    assert (said.rows, "without owner, out of 100 leads; they count for the only team" in said.rule) == (90, True)


def handed_over(stage: str, amount: int, closed: str = "") -> Tables:
    """A lead of north's that south sells, and one that north sells itself."""
    lead = [
        {"lead_id": f"l{at}", "created_at": "2026-01-20", "source": "Fair", "owner_rep_id": "r1",
         "converted_opportunity_id": f"o{at}"} for at in (1, 2)
    ]  # fmt: skip
    own = deal(2, "r1", "Won", 100, "2026-01-25", "2026-03-01")
    return tables(lead=lead, opportunity=[deal(1, "r3", stage, amount, "2026-01-25", closed), own])


def test_a_lead_whose_deal_another_team_sells_keeps_its_worth() -> None:
    whole = handed_over("Won", 3000, "2026-03-01")
    teams = cut(whole)
    handed = leads_sold_elsewhere(whole, teams, as_of=AS_OF)
    assert handed[["team_id", "lead_id", "won_amount", "open_amount"]].to_numpy().tolist() == [["north", "l1", 3000.0, 0.0]]
    alone, known = (
        leads(teams["north"], as_of=AS_OF, period=YEAR, team="north", sold_elsewhere=one).table.loc[0] for one in (None, handed)
    )
    assert (alone["won_amount"], alone["opportunities"]) == (100, 1)
    assert (known["won_amount"], known["opportunities"], known["won"]) == (3100, 2, 2)
    assert leads(whole, as_of=AS_OF, period=YEAR).table.loc[0, "won_amount"] == 3100


def test_what_became_of_a_lead_elsewhere_is_that_of_the_day() -> None:
    whole = handed_over("Won", 3000, "2026-03-01")
    before = date(2026, 2, 15)
    handed = leads_sold_elsewhere(whole, cut(whole), as_of=before)
    assert handed[["won_amount", "open_amount"]].to_numpy().tolist() == [[0.0, 3000.0]]
    assert handed["won_at"].isna().all()


def test_without_leads_nothing_is_handed_over() -> None:
    whole = tables()
    for table in (
        leads_by_campaign(whole, {"north": whole}, as_of=AS_OF),
        leads_without_team(whole, {"north": whole}, as_of=AS_OF),
        leads_sold_elsewhere(whole, {"north": whole}, as_of=AS_OF),
    ):
        assert table.empty
