"""The handover: which tables `0_company` hands to the teams' notebooks, where they lie, and who may read which.

    <snapshot>/handover/<day>/<table>.parquet          a pooled table, for every team
    <snapshot>/handover/<day>/<table>.<team>.parquet   a team's own rows of a table, for that team alone

In: a snapshot's folder, a day, a team's short name. Out: what is declared of a table, and files by the name of their table.
`HANDOVER` is the one list of tables: another name, or a table with other columns, is refused. Never reads what is in a file.
"""

import hashlib
import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from difflib import get_close_matches
from pathlib import Path

from salesanalytics.errors import SnapshotError

FOLDER = "handover"


@dataclass(frozen=True, slots=True)
class Handed:
    """A table of the handover. `per_team`: each team gets the rows with its `team_id`; otherwise every team gets all rows."""

    name: str
    columns: tuple[str, ...]
    per_team: bool
    meaning: str

    def check(self, columns: Iterable[object]) -> None:
        """Raises SnapshotError where a table to be handed over has other columns; their order is free."""
        given = [str(column) for column in columns]
        if sorted(given) == sorted(self.columns):
            return
        missing = [column for column in self.columns if column not in given]
        hints = [
            f"{name}: did you mean {near}?" for name in given if name not in self.columns if (near := _near(name, missing))
        ]
        raise SnapshotError(
            f"{self.name} was handed over with the columns {', '.join(given) or 'none'}; expected {', '.join(self.columns)}. "
            + "".join(f"{hint} " for hint in hints)
            + f"Give the table these columns, or change them in {_DECLARED_IN}."
        )


_DECLARED_IN = "HANDOVER in salesanalytics/data/snapshot/handover.py"
_TABLES = (
    Handed(
        "kpi",
        ("period", "key", "value", "n", "numerator", "denominator", "teams"),
        per_team=False,
        meaning="the company's KPIs, one row per kind of period (month, quarter) and KPI",
    ),
    Handed(
        "funnel",
        ("stage", "place", "entered", "went_on", "lost", "open", "conversion", "low", "high", "low_all", "high_all", "days",
         "worth_of_a_point"),
        per_team=False,
        meaning="the company's funnel over the last 12 months, one row per stage",
    ),
    Handed(
        "deal_hazards",
        ("period", "left", "stage", "due", "size", "since", "n", "won", "lost", "p_won", "p_lost", "worth", "amount_from",
         "bias", "spread", "periods"),
        per_team=False,
        meaning="how all teams' deals end in periods of one kind (quarter or month), one row per cell",
    ),
    Handed(
        "campaign_leads",
        ("team_id", "campaign_id", "leads"),
        per_team=True,
        meaning="leads that all teams together had from each campaign the team worked in the last 12 months, of campaigns that "
        "at least 5 teams worked",
    ),
    Handed(
        "leads_without_team",
        ("leads", "owned_when_converted"),
        per_team=False,
        meaning="leads of the last 12 months that are no team's, and whether leads get a team because they convert; one row",
    ),
    Handed(
        "leads_sold_elsewhere",
        ("team_id", "lead_id", "opened_at", "won_at", "won_amount", "open_amount"),
        per_team=True,
        meaning="what became of the team's leads whose deal another team sells, one row per lead",
    ),
    Handed(
        "bookings_months",
        ("team_id", "ds", "kind", "booked", "mean", "lo_80", "hi_80", "lo_95", "hi_95", "naive"),
        per_team=True,
        meaning="the team's bookings, one row per month: past, forecast, and past forecasts",
    ),
    Handed(
        "bookings_year",
        ("team_id", "booked", "landing", "low", "high", "goal", "months_left", "n", "checked", "wape", "bias", "coverage_80",
         "naive_wape", "year_start", "year_end", "rest_start", "rest_end", "rest", "rest_low", "rest_high"),
        per_team=True,
        meaning="where the team's planning year will end against its goal, and what is left of the running one; one row",
    ),
)  # fmt: skip
HANDOVER: dict[str, Handed] = {table.name: table for table in _TABLES}


def declared(name: str) -> Handed:
    """What is declared of the table `name`. Raises SnapshotError where there is no such table."""
    if name in HANDOVER:
        return HANDOVER[name]
    near = _near(name, HANDOVER)
    raise SnapshotError(
        f"{name!r} is no table of the handover; expected one of {', '.join(HANDOVER)}. "
        + (f"Did you mean {near!r}? " if near else "")
        + f"A new table is declared in {_DECLARED_IN}."
    )


def day_folder(snapshot: Path, day: date) -> Path:
    """Where the tables of a day lie."""
    return snapshot / FOLDER / day.isoformat()


def file_of(folder: Path, table: Handed, slug: str) -> Path | None:
    """The file of a table as the team `slug` (empty: the company) reads it; None for the company and rows of one team each.

    Raises SnapshotError where the short name would lead to another place.
    """
    if not table.per_team:
        return folder / f"{table.name}.parquet"
    if not slug:
        return None
    if not re.fullmatch(r"[a-z0-9][a-z0-9-]*", slug):  # a manifest may come from anywhere
        raise SnapshotError(f"a team's short name is {slug!r}; expected small letters, digits and -. Take the snapshot again.")
    return folder / f"{table.name}.{slug}.parquet"


def files(folder: Path, slug: str | None = None) -> list[Path]:
    """Every file of a day's folder (`slug` None), or those that a team (empty: the company) may read, by name."""
    every = sorted(folder.glob("*.parquet"))
    return [file for file in every if slug is None or file.stem.partition(".")[2] in ("", slug)]


def hashes(folder: Path, slug: str | None = None) -> dict[str, str]:
    """Name and hash of every file (`slug` None), or of those that a team may read."""
    return {file.stem: hashlib.sha256(file.read_bytes()).hexdigest() for file in files(folder, slug)}


def states(folder: Path) -> dict[str, tuple[int, int]]:
    """Name of every file, with what tells it from a later file of the same name."""
    stats = {file.stem: file.stat() for file in files(folder)}
    return {name: (stat.st_ino, stat.st_mtime_ns) for name, stat in stats.items()}


def _near(name: str, known: Iterable[str]) -> str:
    return next(iter(get_close_matches(name, list(known), n=1, cutoff=0.5)), "")
