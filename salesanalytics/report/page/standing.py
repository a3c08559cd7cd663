"""Where a page says its team's period lands: the one block that the list of pages reads back from the pages themselves.

In: blocks, or a page's file. Out: a standing. Kept in the page's head, so that pages made earlier, or used again, have theirs.
"""

import html
import json
import re
from collections.abc import Iterable
from pathlib import Path

from salesanalytics.errors import DataError
from salesanalytics.report.page.content import Placed
from salesanalytics.show.blocks import Standing, load_block

MOST_HEAD = 8_000
_META = re.compile(r'<meta name="standing" content="([^"]*)">')


def standing_in(placed: Iterable[Placed]) -> Standing | None:
    """The standing among the blocks of a page, where there is one."""
    return next((one.block for one in placed if isinstance(one.block, Standing)), None)


def written(standing: Standing | None) -> str:
    """The standing as a page's head carries it; empty where there is none."""
    return json.dumps(standing.to_json(), ensure_ascii=False) if standing else ""


def standing_of(page: Path) -> Standing | None:
    """What the page that is there says of itself; None where it says nothing, or cannot be read."""
    try:
        with page.open(encoding="utf-8", errors="replace") as file:
            said = _META.search(file.read(MOST_HEAD))
        block = load_block(json.loads(html.unescape(said[1]))) if said else None
    except (OSError, ValueError, DataError):
        return None
    return block if isinstance(block, Standing) else None
