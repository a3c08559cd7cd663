"""The time zone a shell names: one that is none would end a library somewhere on the way.

In: the variable TZ. Out: the same; or UTC, which is what the system itself takes for a name it does not know, and a line that
says so.
"""

import os
import re
import time
from datetime import datetime
from pathlib import Path

_POSIX = re.compile(r"(<[\w+-]{3,}>|[A-Za-z]{3,})[+-]?\d")


def settle_zone() -> str:
    """Take UTC where TZ names no time zone; then what to tell, else nothing."""
    named = os.environ.get("TZ")
    if not named or _is_zone(named.removeprefix(":")):
        return ""
    os.environ["TZ"] = "UTC"
    if hasattr(time, "tzset"):
        time.tzset()
    return f"TZ is {named!r}, which is no time zone; expected one such as Europe/Bucharest. Hours are shown in UTC."


def _is_zone(name: str) -> bool:
    try:
        datetime(2026, 1, 1).astimezone()  # noqa: DTZ001 - local time is what is tried
        datetime(2026, 7, 1).astimezone()  # noqa: DTZ001
        return bool(_POSIX.match(name)) or _is_named(name)
    except (OSError, ValueError, KeyError, OverflowError):
        return False


def _is_named(name: str) -> bool:
    from zoneinfo import ZoneInfo

    if not Path(name).is_absolute():
        ZoneInfo(name)
        return True
    with Path(name).open("rb") as file:
        ZoneInfo.from_file(file)
    return True
