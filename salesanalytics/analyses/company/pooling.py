"""The rule of five: which pooled numbers may be told to a team, so that no other team's number can be worked out from them.

In: how many rows each team has behind a number. Out: whether it may be told. A reader knows the own team's rows and can take
them out of the number, and one number out of another; so the rule asks what is left after that. What it cannot ask is what a
number was last week, and how many readers put their own rows together.
"""

from collections.abc import Mapping, Sequence
from datetime import date

from salesanalytics.base.calendar import trailing_year
from salesanalytics.base.types import Tables
from salesanalytics.data.tables.as_of import known_on

LEAST_TEAMS = 5
LARGEST = 0.8  # of the rows; with more of them in one team's hands a pooled number is nearly that team's own


def may_be_told(rows: Sequence[int]) -> bool:
    """Whether a number may go to every team that `rows` of each team stand behind.

    At least 5 teams have some, so 4 others are left to each of them; and whichever team takes its own out, no other has more
    than four fifths of what is left.
    """
    behind = sorted(count for count in rows if count > 0)
    if len(behind) < LEAST_TEAMS:
        return False
    total, second, first = sum(behind), behind[-2], behind[-1]
    return first <= LARGEST * (total - second) and second <= LARGEST * (total - first)


def difference_may_be_told(rows: Sequence[int], of_which: Sequence[int]) -> bool:
    """Whether a number may be told beside another that rests on some of its rows: what is between the two is a number too."""
    between = [most - some for most, some in zip(rows, of_which, strict=True)]
    return not any(between) or may_be_told(between)


def pooled(by_team: Mapping[str, Tables], *tables: str, as_of: date) -> bool:
    """Whether enough teams stand behind each of these tables. Of deals those count that closed within 12 months."""
    rows = [[_rows(known_on(one, as_of), table, as_of) for one in by_team.values()] for table in tables]
    return all(may_be_told(counts) for counts in rows)


def _rows(tables: Tables, table: str, as_of: date) -> int:
    if table not in tables:
        return 0
    if table != "opportunity":
        return len(tables[table])
    return int(trailing_year(as_of).holds(tables[table].loc[tables[table]["is_closed"], "closed_on"]).sum())
