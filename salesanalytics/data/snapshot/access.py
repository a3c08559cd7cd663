"""Whose rows a notebook may read: all of them, unless it is executed for one team's page.

In: the team or the file that is asked for, and an environment variable that the report sets. Out: nothing, or a SnapshotError.
A team's page, and its use in later runs, rest on this: what another team's rows say never reaches it. It is a rule of this
package and no wall: a notebook is a program of the user who runs it, and may read what that user may (see README).
"""

import json
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path

from salesanalytics.data.snapshot.handover import is_anothers
from salesanalytics.errors import SnapshotError

ONLY_TEAM = "SALESANALYTICS_ONLY_TEAM"
"""Environment variable: the id of the one team whose rows a notebook may read."""
MANIFEST = "manifest.json"
"""The file that makes a folder a snapshot; the tables lie beside it."""

_sealed: list[str] = []
_cutting: list[Path] = []


def seal() -> None:
    """Take the variable as it is now for good: for a process that was forked for one notebook."""
    _sealed[:] = [os.environ[ONLY_TEAM]] if os.environ.get(ONLY_TEAM) else []


def only_team() -> str:
    """The one team this process was started for, whatever became of the variable since; empty: it may read all."""
    return (_sealed or [_at_start() or os.environ.get(ONLY_TEAM, "")])[0]


def require_access(team_id: str) -> None:
    """Raises SnapshotError where this notebook may not read the rows of the team (empty: of the whole company)."""
    only = only_team()
    if only and team_id != only:
        asked = f"team {team_id!r}" if team_id else "the whole company"
        raise SnapshotError(f"{_for(only)} asked for the rows of {asked}. {_INSTEAD}")


def require_file(file: Path) -> None:
    """Raises SnapshotError where this notebook may not read a stored table that lies there."""
    only = only_team()
    if only and _is_anothers(file.resolve(), only):
        raise SnapshotError(f"{_for(only)} asked for {file}, which holds rows of others. {_INSTEAD}")


def require_company() -> None:
    """Raises SnapshotError where this notebook may not hand anything over, because it is a team's."""
    if only := only_team():
        raise SnapshotError(f"{_for(only)} handed a table over; only 0_company hands tables over. Do it there.")


@contextmanager
def cutting(snapshot: Path) -> Iterator[None]:
    """Within, the company's tables are read from which a team's own are cut for an earlier day."""
    _cutting.append(snapshot.resolve())
    try:
        yield
    finally:
        _cutting.pop()


_INSTEAD = "What a page needs of others, 0_company hands over: view.hand_over(name, table) there, view.handover(name) here."


def _for(only: str) -> str:
    return f"This notebook is executed for the page of team {only!r} and"


def _is_anothers(file: Path, team_id: str) -> bool:
    root = next((folder for folder in file.parents if (folder / MANIFEST).is_file()), None)
    place = file.relative_to(root).parts[:-1] if root else ()
    if root is None or place[:1] == ("handover",):
        return is_anothers(file, team_id)
    if place == ("company",):
        return root not in _cutting
    return place[:1] == ("teams",) and place != ("teams", _slugs(root).get(team_id, ""))


@cache
def _slugs(snapshot: Path) -> dict[str, str]:
    try:
        teams = json.loads((snapshot / MANIFEST).read_text("utf-8"))["teams"]
        return {str(team["team_id"]): str(team["slug"]) for team in teams}
    except (OSError, ValueError, KeyError, TypeError):
        return {}


@cache
def _at_start() -> str:
    """The variable as this process was started with, which nothing done in the process can change, where the system tells."""
    name = f"{ONLY_TEAM}=".encode()
    try:
        words = Path("/proc/self/environ").read_bytes().split(b"\0")
    except OSError:
        return _IMPORTED
    return next((os.fsdecode(word[len(name) :]) for word in words if word.startswith(name)), "")


_IMPORTED = os.environ.get(ONLY_TEAM, "") if sys.platform != "linux" else ""
