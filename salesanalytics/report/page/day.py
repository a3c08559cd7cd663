"""The day a page was made. In: a page's file. Out: a day; nothing of the page is parsed but its head."""

import re
from datetime import UTC, date, datetime
from pathlib import Path


def day_of(page: Path) -> date | None:
    """The day a page that is there was made, as it says itself; the file's own day where it does not; None without a file."""
    try:
        with page.open(encoding="utf-8", errors="replace") as file:
            said = re.search(r'<meta name="date" content="(\d{4}-\d\d-\d\d)">', file.read(2000))
        if said:
            return date.fromisoformat(said[1])
        return datetime.fromtimestamp(page.stat().st_mtime, UTC).astimezone().date()
    except (OSError, ValueError):
        return None
