"""A snapshot: the company's usable tables frozen on one day, with one folder per team; everything after reads only this.

    <snapshot>/manifest.json           as_of, source, counts, hashes, teams, the quality report
    <snapshot>/shared/<table>.parquet  products, stages, campaigns, plans: the same for everybody
    <snapshot>/company/<table>.parquet the whole table, for the company's own page
    <snapshot>/teams/<slug>/<table>.parquet
    <snapshot>/derived/<as_of>/…       handed on by the company's notebook; see `handed_on`

In: a `Dataset` and a day. It is written to a temporary folder, flushed to disk and renamed, so a snapshot is there whole or not
at all.
"""

import hashlib
import json
import os
import shutil
from collections.abc import Iterable, Iterator, Mapping
from copy import deepcopy
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from pathlib import Path
from typing import Any

import pandas as pd

from salesanalytics.base.slug import slugs
from salesanalytics.base.team import TeamInfo, find_team
from salesanalytics.data.intake.check import Dataset
from salesanalytics.data.intake.quality import Problem, Quality, sample
from salesanalytics.data.snapshot import handover as handed_on
from salesanalytics.data.tables.as_of import Known, known_on
from salesanalytics.data.tables.partition import OF_DEAL, SHARED, partition
from salesanalytics.data.tables.schema import TEXT
from salesanalytics.errors import SnapshotError
from salesanalytics.params import ONLY_TEAM

FORMAT = 1
MANIFEST = "manifest.json"
LARGE = 16_000_000  # bytes of a file that several threads read faster; below, starting them takes longer than reading
ORIGIN = "origin.json"  # in a local folder that stands for a snapshot at a URL; see `remote`


class Frames(Mapping[str, pd.DataFrame]):
    """Stored tables by name, read when first looked at."""

    def __init__(self, files: Mapping[str, Path]) -> None:
        self._files = files
        self._read: dict[str, pd.DataFrame] = {}

    @classmethod
    def within(cls, *folders: Path) -> "Frames":
        """The tables of some folders; the first folder that has a table gives it."""
        return cls({file.stem: file for folder in reversed(folders) for file in sorted(folder.glob("*.parquet"))})

    def __getitem__(self, name: str) -> pd.DataFrame:
        if name not in self._read:
            self._read[name] = read_table(self._files[name])
        return self._read[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._files)

    def __len__(self) -> int:
        return len(self._files)


@dataclass(frozen=True)
class View:
    """What a notebook works on: one team's tables, or the company's, as known on a day."""

    name: str
    team_id: str
    as_of: date
    currency: str
    tables: Known
    benchmarks: Mapping[str, pd.DataFrame]
    quality: Mapping[str, Any]
    snapshot: "Snapshot"

    def by_team(self) -> dict[str, Known]:
        """The tables of each team, by team id; for the company's own page."""
        return {info.team_id: self.snapshot.team(info.team_id, self.as_of).tables for info in self.snapshot.teams}

    def keep(self, name: str, frame: pd.DataFrame) -> None:
        """Hand a table over to the teams' pages, which find it under `benchmarks`. It must not hold a single team's rows."""
        self.snapshot.derive(name, frame, self.as_of)

    def keep_by_team(self, name: str, frame: pd.DataFrame) -> None:
        """Hand every team its own rows of a table with a column `team_id`; they find them under `benchmarks`, and no others."""
        for info in self.snapshot.teams:
            rows = frame[(frame["team_id"] == info.team_id).fillna(False)]
            self.snapshot.derive(name, rows.reset_index(drop=True), self.as_of, info.slug)


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
        _allow(info.team_id)
        shared = self.folder("shared")
        if as_of is None or as_of >= self.as_of:
            return self._view(info.name, info.team_id, as_of, Frames.within(self.folder(f"teams/{info.slug}"), shared))
        # who was in the team, and whose the open deals were, is another matter on an earlier day
        company = self._company(as_of).tables
        then = partition({name: company[name] for name in company}, as_of)[info.team_id]
        return self._view(info.name, info.team_id, as_of, {**Frames.within(shared), **then})

    def company(self, as_of: date | None = None) -> View:
        """The whole company's tables. Raises SnapshotError in a notebook that is executed for one team's page."""
        _allow("")
        return self._company(as_of)

    def _company(self, as_of: date | None) -> View:
        return self._view(self.source, "", as_of, Frames.within(self.folder("company"), self.folder("shared")))

    def fingerprint(self, team_id: str = "", as_of: date | None = None) -> str:
        """A hash of all that a notebook of the team (empty: the company) can read here, but for tables handed on to it."""
        whole = not team_id or (as_of is not None and as_of < self.as_of)
        slug = self._slug(team_id)
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
            return bool(open(self.path).manifest["hash"] == self.manifest["hash"])
        except SnapshotError:
            return False

    def stamp(self, team_id: str = "") -> str:
        """What the file system says of the files a notebook of the team can read; another stamp means that they changed."""
        slug = self._slug(team_id)
        places = [self.path / "shared", self.path / "teams" / slug if slug else self.path / "company"]
        files = [self.path / MANIFEST, *(file for place in places for file in sorted(place.glob("*.parquet")))]
        try:
            states = [(str(file), file.stat()) for file in files]
        except OSError as error:
            return str(error)
        told = [(name, state.st_ino, state.st_size, state.st_mtime_ns) for name, state in states]
        return hashlib.sha256(repr(told).encode()).hexdigest()

    def handed_on(self, as_of: date, team_id: str | None = None) -> dict[str, str]:
        """Name and hash of every table the company's notebook has handed on for `as_of`; with a team, of those it may read."""
        return handed_on.hashes(handed_on.folder(self.path, as_of), None if team_id is None else self._slug(team_id))

    def written(self, as_of: date) -> dict[str, tuple[int, int]]:
        """Every table handed on for `as_of`, with what tells one file of that name from a later one."""
        return handed_on.written(handed_on.folder(self.path, as_of))

    def forget(self, as_of: date, names: Iterable[str]) -> None:
        """Remove tables handed on for `as_of`, so that no old one is taken for a new one."""
        for name in names:
            (handed_on.folder(self.path, as_of) / f"{name}.parquet").unlink(missing_ok=True)

    def _slug(self, team_id: str) -> str:
        return next((team.slug for team in self.teams if team.team_id == team_id), "")

    def _view(self, name: str, team_id: str, as_of: date | None, tables: Mapping[str, pd.DataFrame]) -> View:
        day = as_of or self.as_of
        if day > self.as_of:
            raise SnapshotError(
                f"as_of {day} lies after {self.as_of}, the last day this snapshot knows. "
                "Choose an earlier day, or take a new snapshot."
            )
        known = Known(tables, day, str(self.manifest["timezone"]))
        benchmarks = Frames(handed_on.files(handed_on.folder(self.path, day), self._slug(team_id)))
        return View(name, team_id, day, self.currency, known, benchmarks, self.quality, self)

    def derive(self, name: str, frame: pd.DataFrame, as_of: date, slug: str = "") -> None:
        """Keep a table the company page worked out for `as_of`, for the teams' pages to read, or for the team `slug` alone."""
        file = handed_on.file(handed_on.folder(self.path, as_of), name, slug)
        file.parent.mkdir(parents=True, exist_ok=True)
        part = file.with_name(f".{file.stem}.{os.getpid()}")
        _write_table(frame, part)
        part.replace(file)


def _allow(team_id: str) -> None:
    """A notebook executed for a team's page is kept to that team's rows: the page, and its use in later runs, rest on that."""
    only = os.environ.get(ONLY_TEAM)
    if only and team_id != only:
        asked = f"team {team_id!r}" if team_id else "the whole company"
        raise SnapshotError(
            f"This notebook is executed for the page of team {only!r} and asked for the rows of {asked}. "
            "What a page needs of others, 0_company hands on: view.keep(name, table) there, view.benchmarks[name] here."
        )


def open(path: Path | str) -> Snapshot:
    """The snapshot at `path`, or at a URL. Raises SnapshotError where there is none or it is of another format."""
    from salesanalytics.data.snapshot.remote import is_url, open_remote, reopen

    if is_url(str(path)):
        return open_remote(str(path))
    path = Path(path)
    if (path / ORIGIN).is_file():
        return reopen(path)
    try:
        text = (path / MANIFEST).read_text("utf-8")
    except (OSError, ValueError) as error:
        raise _not_one(path) from error
    return Snapshot(path.resolve(), parsed(text, path))


def parsed(text: str, place: Path | str) -> dict[str, Any]:
    """A manifest's content. Raises SnapshotError where it is none, or of another format; `place` is where it lies."""
    try:
        manifest: dict[str, Any] = json.loads(text)
        found = manifest.get("format")
    except (ValueError, AttributeError) as error:
        raise _not_one(place) from error
    if found != FORMAT:
        raise SnapshotError(f"{place} has snapshot format {found}, expected {FORMAT}. Take the snapshot again.")
    return manifest


def _not_one(place: Path | str) -> SnapshotError:
    how = f"salesanalytics snapshot SOURCE --out {place}"
    return SnapshotError(f"{place} is not a snapshot (no readable {MANIFEST}). Make one: {how}")


def write(dataset: Dataset, out: Path, as_of: date) -> Snapshot:
    """Freeze `dataset` as known at the end of `as_of` into the folder `out`, replacing an older snapshot there."""
    if out.exists() and not out.is_dir():
        raise SnapshotError(f"{out} is a file. Choose a folder for the snapshot.")
    if out.exists() and not (out / MANIFEST).is_file() and any(out.iterdir()):
        raise SnapshotError(f"{out} holds something that is not a snapshot. Choose an empty or new folder.")
    out.parent.mkdir(parents=True, exist_ok=True)
    part = out.parent / f".{out.name}.{os.getpid()}"
    shutil.rmtree(part, ignore_errors=True)
    try:
        _fill(part, dataset, as_of)
        _settle(part, out)
    finally:
        shutil.rmtree(part, ignore_errors=True)
    return open(out)


def _fill(folder: Path, dataset: Dataset, as_of: date) -> None:
    known = known_on(dataset.tables, as_of, dataset.timezone)
    frames = {name: known[name] for name in known}
    quality = _without_later(dataset, frames, as_of)
    cut = _at_home(frames, quality, as_of)
    names = slugs(frames["team"]["team_id"])
    hashes: dict[str, str] = {}

    def keep(place: str, name: str, frame: pd.DataFrame) -> None:
        target = folder / place / f"{name}.parquet"
        target.parent.mkdir(parents=True, exist_ok=True)
        _write_table(frame, target)
        hashes[f"{place}/{name}"] = hashlib.sha256(target.read_bytes()).hexdigest()

    for name, frame in frames.items():
        keep("shared" if name in SHARED else "company", name, frame)
    for team, tables in cut.items():
        for name, frame in tables.items():
            keep(f"teams/{names[team]}", name, frame)
    listed = frames["team"]
    manifest = {
        "format": FORMAT,
        "as_of": as_of.isoformat(),
        "source": dataset.source,
        "currency": dataset.currency,
        "timezone": dataset.timezone,
        "teams": [
            {"team_id": key, "name": name, "slug": names[key]}
            for key, name in zip(listed["team_id"], listed["name"], strict=True)
        ],
        "rows": {name: len(frame) for name, frame in frames.items()},
        "quality": quality.to_json(),
        "hashes": hashes,
        "hash": hashlib.sha256(json.dumps(hashes, sort_keys=True).encode()).hexdigest(),
    }
    (folder / MANIFEST).write_text(json.dumps(manifest, indent=1, ensure_ascii=False), "utf-8")


def _without_later(dataset: Dataset, frames: Mapping[str, pd.DataFrame], as_of: date) -> Quality:
    """The quality report of what was known on `as_of`; rows dated later broke no rule and are counted apart."""
    quality = deepcopy(dataset.quality)
    for name, frame in frames.items():
        later = len(dataset.tables[name]) - len(frame)
        if later:
            quality.counts[name].read -= later
            quality.counts[name].used -= later
            quality.counts[name].later += later
    return quality


def _at_home(frames: dict[str, pd.DataFrame], quality: Quality, as_of: date) -> dict[str, dict[str, pd.DataFrame]]:
    """The tables cut by team. Deals no team has are taken out of `frames`, with what hangs on them, and counted."""
    cut = partition(frames, as_of)
    deals = frames["opportunity"]["opportunity_id"]
    placed = [tables["opportunity"]["opportunity_id"] for tables in cut.values()]
    if sum(map(len, placed)) == len(deals):  # a deal has one team at the most
        return cut
    lost = deals[~deals.isin(pd.concat(placed))] if placed else deals
    for name in ("opportunity", *OF_DEAL):
        if name in frames:
            homeless = frames[name]["opportunity_id"].isin(lost)
            _set_aside(name, frames, homeless, quality, f"its deal's owner had no team on {as_of}")
    return cut


def _set_aside(name: str, frames: dict[str, pd.DataFrame], rows: "pd.Series[bool]", quality: Quality, rule: str) -> None:
    if rows.any():
        count = int(rows.sum())
        named = sample(frames[name].loc[rows, "opportunity_id"])
        frames[name] = frames[name][~rows].reset_index(drop=True)
        quality.add(Problem(name, rule, count, "quarantine", named))
        quality.counts[name].used -= count
        quality.counts[name].quarantined += count


def _settle(part: Path, out: Path) -> None:
    """Flush everything to disk, then put it in place with one rename."""
    for file in sorted(part.rglob("*"), reverse=True):
        _flush(file)
    _flush(part)
    old = out.parent / f".{out.name}.{os.getpid()}.old"
    if out.exists():
        out.rename(old)
    part.rename(out)
    _flush(out.parent)
    shutil.rmtree(old, ignore_errors=True)


def _flush(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _write_table(frame: pd.DataFrame, path: Path) -> None:
    import pyarrow as pa
    from pyarrow import parquet

    parquet.write_table(pa.Table.from_pandas(frame, preserve_index=False), path, compression="zstd")


def read_table(path: Path) -> pd.DataFrame:
    """One stored table, text as our text dtype."""
    import pyarrow as pa
    from pyarrow import parquet

    try:
        large = path.stat().st_size > LARGE
        with parquet.ParquetFile(path, memory_map=True) as file:
            table = file.read(use_threads=large)
    except (OSError, pa.ArrowException) as error:
        raise SnapshotError(f"{path} cannot be read ({str(error).splitlines()[0]}). Take the snapshot again.") from error
    frame: pd.DataFrame = table.to_pandas(types_mapper={pa.string(): TEXT, pa.large_string(): TEXT}.get, use_threads=large)
    return frame
