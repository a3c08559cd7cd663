"""A team as the whole house names it, and the one rule by which a team is asked for.

In: the teams of a snapshot, and what a person, a params file or a notebook wrote. Out: the team that is meant, or None; what
to say then is the caller's business.
"""

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class TeamInfo:
    """A team: its id in the source, its name as people say it, and the `slug` that names its folder and its page."""

    team_id: str
    name: str
    slug: str


def find_team(teams: Sequence[TeamInfo], asked: str) -> TeamInfo | None:
    """The team with that id, else the one with that slug, else the first with that name; None where there is none.

    An id comes first because it may look like another team's slug or name.
    """
    for key in ("team_id", "slug", "name"):
        for team in teams:
            if getattr(team, key) == asked:
                return team
    return None
