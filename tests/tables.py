"""Tables for one analysis at a time: a few rows, checked and typed as any source is."""

from collections.abc import Mapping
from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory

from salesanalytics.base.calendar import Period, period_of
from salesanalytics.data.intake.check import check_source, usable
from salesanalytics.data.tables.as_of import Known, known_on
from tests.tiny import Rows, write_source

AS_OF = date(2026, 8, 31)
QUARTER: Period = period_of(AS_OF)


MOST = 64  # companies kept
_made: dict[str, Known] = {}


def tables(**changes: Rows | None) -> Known:
    """The tiny company with some tables replaced; none of its rows may be set aside. The same one is made once."""
    key = repr(changes)
    made = _made.pop(key, None) or _read(changes)
    _made[key] = made  # the last one asked for stands last
    if len(_made) > MOST:
        del _made[next(iter(_made))]
    return made


def _read(changes: Mapping[str, Rows | None]) -> Known:
    with TemporaryDirectory() as folder:
        dataset = usable(check_source(write_source(Path(folder), changes), today=AS_OF))
    assert dataset.quality.level("quarantine") == []
    return known_on(dataset.tables, AS_OF)
