"""Snapshots at a URL: opened from their manifest, and read from files that are fetched when they are first looked at.

    <cache>/<key>/origin.json      the URL, and the key
    <cache>/<key>/manifest.json    as it was there; the key is its hash and the URL's
    <cache>/<key>/…                files, each held against the manifest's hash before it is given its name
    <cache>/<key>/handover/…       tables handed over by a company's notebook that no run executes; they stay on this machine

In: a URL. Out: a `RemoteSnapshot`, or the local folder that opens as one. The cache lies in SALESANALYTICS_CACHE, else in the
temporary folder, and is readable by its owner only. Nothing is ever written to the URL, which may well be read-only. Any number
of processes may fetch the same at once.
"""

import hashlib
import json
import os
import re
import shutil
import stat
import tempfile
import time
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from salesanalytics.base.places import Place
from salesanalytics.base.whole_file import whole_file, write_whole
from salesanalytics.data.snapshot.access import MANIFEST
from salesanalytics.data.snapshot.read import ORIGIN, Snapshot, parsed
from salesanalytics.errors import SnapshotError

CACHE = "SALESANALYTICS_CACHE"
KEPT = 14 * 24 * 3600  # seconds a cached snapshot that nobody opens is kept


@dataclass(frozen=True, slots=True)
class Origin:
    """Where a snapshot came from, and which one it was: another manifest there has another key."""

    url: str
    key: str


@dataclass(frozen=True)
class RemoteSnapshot(Snapshot):
    """An open snapshot at a URL. `path` is the folder that opens as it, `cache` holds everything that was fetched."""

    origin: Origin
    cache: Path

    @property
    def place(self) -> str:
        """The URL."""
        return self.origin.url

    def folder(self, name: str) -> Path:
        """The local folder with all files the snapshot has in `name`. Raises SnapshotError where they are not to be had."""
        folder = _inside(self.cache, name)
        folder.mkdir(parents=True, exist_ok=True)
        missing = {
            entry: content
            for entry, content in self.manifest["hashes"].items()
            if entry.rpartition("/")[0] == name and not _inside(self.cache, f"{entry}.parquet").is_file()
        }
        if missing:
            place = Place(self.origin.url)
            for entry, content in missing.items():
                _fetch(place, entry, content, _inside(self.cache, f"{entry}.parquet"))
        return folder

    def fetch(self, team_id: str = "") -> Path:
        """Fetch what a team's notebook reads on the snapshot's own day (empty: the company's). Returns `path`, to be opened."""
        slugs = [info.slug for info in self.teams if info.team_id == team_id]
        for name in ("shared", *(f"teams/{slug}" for slug in slugs)) if team_id else ("shared", "company"):
            self.folder(name)
        return self.path

    def unchanged(self) -> bool:
        """Whether the snapshot at its URL is still this one."""
        try:
            return _key(self.origin.url, _manifest(self.origin.url)) == self.origin.key
        except SnapshotError:
            return False

    def stamp(self, team_id: str = "") -> str:
        """Always the same: no file is read that does not have the manifest's hash."""
        return self.origin.key


def open_remote(url: str) -> RemoteSnapshot:
    """The snapshot at `url`. Raises SnapshotError where there is none or it is of another format."""
    url = url.rstrip("/")
    manifest = _manifest(url)
    origin = Origin(url, _key(url, manifest))
    return _opened(_cached(origin, manifest), origin)


def reopen(folder: Path) -> RemoteSnapshot:
    """The snapshot that a folder with an origin stands for. Raises SnapshotError where its URL has another one by now."""
    origin = origin_of(folder)
    if origin is None:
        raise SnapshotError(f"{folder} has no readable {ORIGIN}. Name the snapshot by its URL instead.")
    if not (cache_folder() / origin.key / MANIFEST).is_file():
        manifest = _manifest(origin.url)
        if _key(origin.url, manifest) != origin.key:
            raise SnapshotError(f"{origin.url} was changed while the run was under way. Run again.")
        _cached(origin, manifest)
    return _opened(folder, origin)


def fetch(url: str, team_id: str | None = None) -> Path:
    """Fetch what a notebook of the team (None: the company) may read. Out: the local folder that opens as the snapshot."""
    return open_remote(url).fetch(team_id or "")


def origin_of(folder: Path | str) -> Origin | None:
    """Where the snapshot in a local folder came from; None for one that was made here."""
    try:
        return Origin(**json.loads((Path(folder) / ORIGIN).read_text("utf-8")))
    except (OSError, ValueError, TypeError):
        return None


def stand_for(origin: Origin, folder: Path) -> Path:
    """Make `folder` one that opens as the snapshot of `origin`."""
    folder.mkdir(parents=True)
    (folder / ORIGIN).write_text(json.dumps(asdict(origin)), "utf-8")
    return folder


def cache_folder() -> Path:
    """The private folder that fetched files are kept in. Raises SnapshotError where somebody else could read or change it."""
    named = os.environ.get(CACHE)
    user = os.getuid() if hasattr(os, "getuid") else "cache"
    folder = Path(named) if named else Path(tempfile.gettempdir()) / f"salesanalytics-{user}"
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    state = folder.stat() if named else folder.lstat()
    if os.name == "posix" and (state.st_uid != user or state.st_mode & 0o077 or not stat.S_ISDIR(state.st_mode)):
        raise SnapshotError(
            f"{folder} is not a private folder of this user (expected: mode 700). "
            f"Mend it with chmod 700, or set {CACHE} to another folder."
        )
    return folder.resolve()


def _opened(folder: Path, origin: Origin) -> RemoteSnapshot:
    cache = cache_folder() / origin.key
    text = (cache / MANIFEST).read_text("utf-8")
    os.utime(cache / MANIFEST)  # opened now: not to be cleared away for a while
    return RemoteSnapshot(folder.resolve(), parsed(text, origin.url), origin, cache)


def _manifest(url: str) -> bytes:
    try:
        return Place(url).read(MANIFEST)
    except OSError as error:
        raise SnapshotError(
            f"{url} is not a snapshot, or cannot be read ({error}). Check the URL and your access to it."
        ) from None


def _cached(origin: Origin, manifest: bytes) -> Path:
    parsed(manifest.decode("utf-8", "replace"), origin.url)
    root = cache_folder()
    _clear(root)
    folder = root / origin.key
    folder.mkdir(mode=0o700, exist_ok=True)
    write_whole(folder / ORIGIN, json.dumps(asdict(origin)), durable=False)
    write_whole(folder / MANIFEST, manifest, durable=False)
    return folder


def _clear(root: Path) -> None:
    """Remove snapshots nobody has opened for a while: they are people's figures, and take room."""
    for manifest in root.glob(f"*/{MANIFEST}"):
        if (manifest.parent / ORIGIN).is_file() and manifest.stat().st_mtime < time.time() - KEPT:
            shutil.rmtree(manifest.parent, ignore_errors=True)


def _fetch(place: Place, entry: str, expected: str, file: Path) -> None:
    try:
        with whole_file(file, durable=False) as temporary:  # it is fetched again where the power fails
            place.get(f"{entry}.parquet", temporary)
            with temporary.open("rb") as stream:
                fetched = hashlib.file_digest(stream, "sha256").hexdigest()
            if fetched != expected:
                raise SnapshotError(
                    f"{place.url}/{entry}.parquet was changed while the run was under way, or is damaged: "
                    "it is not what the manifest says. Run again, or take the snapshot again."
                )
    except OSError as error:
        raise SnapshotError(f"{entry}.parquet cannot be fetched ({error}).") from None


def _inside(folder: Path, name: str) -> Path:
    """`folder`/`name`; a manifest may come from anywhere, and must not choose where we write."""
    if not re.fullmatch(r"[\w-]+(/[\w.-]*[\w-])*", name) or ".." in name:
        raise SnapshotError(f"the manifest names {name!r}, which is no file of a snapshot. Take the snapshot again.")
    return folder / name


def _key(url: str, manifest: bytes) -> str:
    known: Any = hashlib.sha256(url.encode() + b"\n" + manifest)
    return str(known.hexdigest()[:32])
