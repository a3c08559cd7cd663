"""A team is found by the same rule wherever somebody asks for one."""

from salesanalytics.base.team import TeamInfo, find_team

NORTH = TeamInfo("T-1", "North", "t-1")
SOUTH = TeamInfo("North", "South", "north-2")  # an id that reads like another team's name
OTHER_SOUTH = TeamInfo("t-1", "South", "t-1-2")  # and one that reads like another's slug
TEAMS = (NORTH, SOUTH, OTHER_SOUTH)


def test_a_team_is_found_by_id_slug_or_name():
    assert find_team(TEAMS, "T-1") is NORTH
    assert find_team(TEAMS, "north-2") is SOUTH
    assert find_team(TEAMS, "South") is SOUTH


def test_an_id_counts_before_another_teams_slug_or_name():
    assert find_team(TEAMS, "t-1") is OTHER_SOUTH
    assert find_team(TEAMS, "North") is SOUTH


def test_of_two_teams_of_one_name_the_first_is_meant():
    assert find_team((OTHER_SOUTH, SOUTH), "South") is OTHER_SOUTH


def test_a_team_that_is_not_there_is_none():
    assert find_team(TEAMS, "nroth") is None
    assert find_team((), "North") is None
