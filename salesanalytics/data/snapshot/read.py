"""A snapshot: the company's usable tables frozen on one day, with one folder per team; everything after reads only this.

    <snapshot>/manifest.json           as_of, source, counts, hashes, teams, the quality report
    <snapshot>/shared/<table>.parquet  products, stages, campaigns, plans: the same for everybody
    <snapshot>/company/<table>.parquet the whole table, for the company's own page
    <snapshot>/teams/<slug>/<table>.parquet
    <snapshot>/handover/<as_of>/…      handed over by the company's notebook where no run executes it; see `handover`

In: a local folder. Out: an open `Snapshot`, and from it a `View` of one team's tables or the company's, as known on a day.
Writes nothing but the handover.
"""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from pathlib import Path
from typing import Any

import pandas as pd

from salesanalytics.base.team import TeamInfo, find_team
from salesanalytics.data.snapshot import handover
from salesanalytics.data.snapshot.access import MANIFEST, cutting, require_access, require_company
from salesanalytics.data.snapshot.files import Frames, put_table, read_table
from salesanalytics.data.tables.as_of import Known
from salesanalytics.data.tables.partition import partition
from salesanalytics.errors import SnapshotError

FORMAT = 2
NOTE = "application/vnd.salesanalytics.note"  # beside a text that is for the notebook alone
ORIGIN = "origin.json"  # in a local folder that stands for a snapshot at a URL; see `remote`


@dataclass(frozen=True)
class View:
    """What a notebook works on: one team's tables, or the company's, as known on a day."""

    name: str
    team_id: str
    as_of: date
    currency: str
    tables: Known
    quality: Mapping[str, Any]
    snapshot: "Snapshot"

    def _repr_mimebundle_(self, **_: object) -> dict[str, str]:
        """Which data a notebook speaks of, for whoever reads the notebook; a page says so itself."""
        whose = self.name if self.team_id else "the whole company"
        told = f"{self.snapshot.source}, data to {self.as_of} ({self.snapshot.place}): {whose}"
        return {"text/plain": told, NOTE: ""}

    @property
    def record_url(self) -> str:
        """Where a deal stands in the CRM (see `Snapshot.record_url`)."""
        return self.snapshot.record_url

    def by_team(self) -> dict[str, Known]:
        """The tables of each team, by team id; for the company's own page."""
        return {info.team_id: self.snapshot.team(info.team_id, self.as_of).tables for info in self.snapshot.teams}

    def hand_over(self, name: str, frame: pd.DataFrame) -> None:
        """Hand a table of `HANDOVER` over to the teams' notebooks of this day, from the company's notebook.

        A pooled table goes to every team and must not hold a single team's rows; of a table per team, each team gets its own.
        Raises SnapshotError where the table is not declared, has other columns, or a team's notebook hands it over.
        """
        table = handover.declared(name)
        table.check(frame.columns)
        if self.team_id:
            raise SnapshotError(
                f"{name} was handed over by team {self.team_id!r}; only 0_company hands tables over. Do it there."
            )
        require_company()
        teams = [info.team_id for info in self.snapshot.teams] if table.per_team else [""]
        files = {team: handover.file_of(self._handed_over, table, team) for team in teams}
        if len(set(files.values())) < len(files):
            raise SnapshotError(f"{name} has two teams with one file; rename a team's id in the source.")
        for team, file in files.items():
            rows = frame[(frame["team_id"] == team).fillna(False)].reset_index(drop=True) if team else frame
            if file:
                _hand(rows[list(table.columns)], file)

    def handover(self, name: str) -> pd.DataFrame | None:
        """The table `name` as the company's notebook handed it over to this team on this day; None where it did not.

        Of a table per team these are the team's own rows, and None for the company. Raises SnapshotError where no table of
        that name is declared.
        """
        file = handover.file_of(self._handed_over, handover.declared(name), self.team_id)
        return read_table(file) if file and file.is_file() else None

    @property
    def _handed_over(self) -> Path:
        return handover.place_for(self.snapshot.path) / self.as_of.isoformat()


def _hand(frame: pd.DataFrame, file: Path) -> None:
    try:
        put_table(frame, file)
    except OSError as error:
        raise SnapshotError(
            f"{file} cannot be written ({error.strerror or error}). A run keeps such tables with its pages; for a notebook "
            f"executed by hand, set {handover.HANDED_OVER} to a folder that can be written."
        ) from error


@dataclass(frozen=True)
class Snapshot:
    """An open snapshot."""

    path: Path
    manifest: Mapping[str, Any]

    @property
    def as_of(self) -> date:
        """The last day the snapshot speaks of."""
        return date.fromisoformat(self.manifest["as_of"])

    @property
    def source(self) -> str:
        """Name of the source."""
        return str(self.manifest["source"])

    @property
    def currency(self) -> str:
        """Base currency, ISO code."""
        return str(self.manifest["currency"])

    @property
    def record_url(self) -> str:
        """Where a deal stands in the CRM, with {opportunity_id} in its place; empty where the mapping does not say."""
        return str(self.manifest.get("record_url", ""))

    @property
    def quality(self) -> Mapping[str, Any]:
        """The quality report (see `Quality.to_json`)."""
        return dict(self.manifest["quality"])

    @cached_property
    def teams(self) -> tuple[TeamInfo, ...]:
        """Every team, in the source's order."""
        return tuple(TeamInfo(**team) for team in self.manifest["teams"])

    @property
    def place(self) -> str:
        """Where the snapshot lies, as a person would name it."""
        return str(self.path)

    def folder(self, name: str) -> Path:
        """The folder with the tables of `name`: shared, company or teams/<slug>."""
        return self.path / name

    def team(self, team_id: str, as_of: date | None = None) -> View:
        """One team's tables, and nothing of any other team. Raises SnapshotError where it has no such team."""
        info = find_team(self.teams, team_id)
        if info is None:
            known = ", ".join(team.team_id for team in self.teams[:12])
            raise SnapshotError(f"{self.place} has no team {team_id!r}. It has: {known}. Correct team: in the params file.")
        require_access(info.team_id)
        shared = self.folder("shared")
        if as_of is None or as_of >= self.as_of:
            return self._view(info.name, info.team_id, as_of, Frames.within(self.folder(f"teams/{info.slug}"), shared))
        # who was in the team, and whose the open deals were, is another matter on an earlier day
        with cutting(self.folder("company").parent):
            company = self._company(as_of).tables
            then = partition({name: company[name] for name in company}, as_of, company.timezone)[info.team_id]
        return self._view(info.name, info.team_id, as_of, {**Frames.within(shared), **then})

    def company(self, as_of: date | None = None) -> View:
        """The whole company's tables. Raises SnapshotError in a notebook that is executed for one team's page."""
        require_access("")
        return self._company(as_of)

    def _company(self, as_of: date | None) -> View:
        return self._view(self.source, "", as_of, Frames.within(self.folder("company"), self.folder("shared")))

    def fingerprint(self, team_id: str = "", as_of: date | None = None) -> str:
        """A hash of all that a notebook of the team (empty: the company) can read here, but for the handover."""
        whole = not team_id or (as_of is not None and as_of < self.as_of)
        slug = self.slug(team_id)
        read = {
            name: content
            for name, content in self.manifest["hashes"].items()
            if whole or name.startswith((f"teams/{slug}/", "shared/"))
        }
        head = {name: self.manifest[name] for name in ("as_of", "source", "currency", "timezone", "teams", "quality")}
        return hashlib.sha256(json.dumps([FORMAT, head, read], sort_keys=True).encode()).hexdigest()

    def unchanged(self) -> bool:
        """Whether the snapshot at its path is still this one."""
        try:
            return bool(open_folder(self.path).manifest["hash"] == self.manifest["hash"])
        except SnapshotError:
            return False

    def stamp(self, team_id: str = "") -> str:
        """What the file system says of the files a notebook of the team can read; another stamp means that they changed."""
        slug = self.slug(team_id)
        places = [self.path / "shared", self.path / "teams" / slug if slug else self.path / "company"]
        files = [self.path / MANIFEST, *(file for place in places for file in sorted(place.glob("*.parquet")))]
        try:
            states = [(str(file), file.stat()) for file in files]
        except OSError as error:
            return str(error)
        described = [(name, state.st_ino, state.st_size, state.st_mtime_ns) for name, state in states]
        return hashlib.sha256(repr(described).encode()).hexdigest()

    def handed_over(self, place: Path, as_of: date, team_id: str | None = None) -> dict[str, str]:
        """Name and hash of every table that a run has put into `place` for `as_of`; with a team, of those it may read."""
        return handover.hashes(place / as_of.isoformat(), team_id)

    def slug(self, team_id: str) -> str:
        """The short name of a team, by its id; empty for the company."""
        return next((team.slug for team in self.teams if team.team_id == team_id), "")

    def _view(self, name: str, team_id: str, as_of: date | None, tables: Mapping[str, pd.DataFrame]) -> View:
        day = as_of or self.as_of
        if day > self.as_of:
            raise SnapshotError(
                f"as_of {day} lies after {self.as_of}, the last day this snapshot knows. "
                "Choose an earlier day, or take a new snapshot."
            )
        known = Known(tables, day, str(self.manifest["timezone"]), earlier=day < self.as_of, checked=True)
        return View(name, team_id, day, self.currency, known, self.quality, self)


def open_folder(path: Path) -> Snapshot:
    """The snapshot in a local folder. Raises SnapshotError where there is none or it is of another format."""
    try:
        text = (path / MANIFEST).read_text("utf-8")
    except (OSError, ValueError) as error:
        raise _not_one(path) from error
    return Snapshot(path.resolve(), parsed(text, path))


def parsed(text: str, place: Path | str) -> dict[str, Any]:
    """A manifest's content. Raises SnapshotError where it is none, or of another format; `place` is where it lies."""
    try:
        manifest: dict[str, Any] = json.loads(text)
        version = manifest.get("format")
    except (ValueError, AttributeError) as error:
        raise _not_one(place) from error
    if version != FORMAT:
        raise SnapshotError(f"{place} has snapshot format {version}, expected {FORMAT}. Take the snapshot again.")
    return manifest


def _not_one(place: Path | str) -> SnapshotError:
    how = f"salesanalytics snapshot SOURCE --out {place}"
    return SnapshotError(f"{place} is not a snapshot (no readable {MANIFEST}). Make one: {how}")
