"""Who may read a snapshot's folders, by the file system itself: each team's folder belongs to a group of its own.

In: a snapshot's folder that nobody reads yet, the teams' short names, and how their groups are called. Out: folders with owners
and modes. Where a notebook is executed by the team's own people, this is the wall that a rule of the package cannot be.
"""

import shutil
from collections.abc import Iterable
from pathlib import Path

from salesanalytics.errors import SnapshotError

TEAM = "{team}"


def give_to_groups(folder: Path, teams: Iterable[str], groups: str) -> None:
    """Let only the group `groups` ({team}: the team's short name) read a team's folder, and only the owner the company's.

    What all share stays as it is. Raises SnapshotError where there is no such group, or this user may not give files to it.
    """
    for team in teams:
        _only_for(folder / "teams" / team, groups.replace(TEAM, team))
    for path in (folder / "company", *(folder / "company").glob("*")):
        path.chmod(0o700 if path.is_dir() else 0o600)


def _only_for(folder: Path, group: str) -> None:
    for path in (*folder.glob("*"), folder):
        try:
            shutil.chown(path, group=group)
            path.chmod(0o750 if path.is_dir() else 0o640)
        except LookupError:
            raise SnapshotError(
                f"this machine has no group {group!r} for the team's folder. Make it, or correct --team-group."
            ) from None
        except OSError as error:
            raise SnapshotError(
                f"the folder of {folder.name} cannot be given to the group {group!r} ({error.strerror or error}). Take the "
                "snapshot as a user who is in all teams' groups."
            ) from None
