"""Time zones by their IANA names, this machine's own among them.

In: a name, or nothing. Out: a name that zoneinfo knows. Raises ScheduleError that says which was nearest.
"""

import difflib
import os
from pathlib import Path
from zoneinfo import ZoneInfo, available_timezones

from salesanalytics.errors import ScheduleError

_LINK, _NAMED = Path("/etc/localtime"), Path("/etc/timezone")
_FOLDER = "zoneinfo/"


def known_zone(name: str) -> str:
    """`name`, which is a time zone's."""
    if _is_known(name):
        return name
    near = difflib.get_close_matches(name, available_timezones(), 1)
    raise ScheduleError(
        f"{name!r} is no time zone; {f'did you mean {near[0]}?' if near else 'expected one such as Europe/Bucharest.'}"
    )


def own_zone() -> str:
    """The time zone this machine goes by: TZ, else what /etc says."""
    for name in (os.environ.get("TZ", "").removeprefix(":"), _linked(), _written()):
        if name and _is_known(name):
            return name
    raise ScheduleError(
        "This machine's time zone has no name that can be found. Give one with --timezone, such as Europe/Bucharest."
    )


def _is_known(name: str) -> bool:
    try:
        ZoneInfo(name)
    except (ValueError, KeyError, OSError):
        return False
    return True


def _linked() -> str:
    return os.path.realpath(_LINK).partition(_FOLDER)[2]


def _written() -> str:
    try:
        return _NAMED.read_text("utf-8").strip()
    except (OSError, ValueError):
        return ""
