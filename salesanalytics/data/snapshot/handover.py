"""Tables the company's notebook has worked out and handed on to the teams' notebooks: where they lie, and who may read which.

    <snapshot>/derived/<day>/<table>.parquet          pooled results, for every team
    <snapshot>/derived/<day>/<table>.<team>.parquet   a team's own rows of a result, for that team alone

In: a snapshot's folder, a day, a team's slug. Out: files by the name of their table. Never reads what is in them.
"""

import hashlib
import re
from collections.abc import Iterator
from datetime import date
from pathlib import Path


def folder(snapshot: Path, day: date) -> Path:
    """Where the tables of a day lie."""
    return snapshot / "derived" / day.isoformat()


def file(folder: Path, table: str, slug: str = "") -> Path:
    """The file of a table, or of one team's rows of it. Raises ValueError where the name is none for a table."""
    if not table.isidentifier():
        raise ValueError(f"a table is called {table!r}; expected a name of letters, digits and _, such as landing")
    if slug and not re.fullmatch(r"[a-z0-9][a-z0-9-]*", slug):  # a manifest may come from anywhere
        raise ValueError(f"a team's short name is {slug!r}; expected small letters, digits and -. Take the snapshot again.")
    return folder / (f"{table}.{slug}.parquet" if slug else f"{table}.parquet")


def files(folder: Path, slug: str) -> dict[str, Path]:
    """The tables a team (empty: the company) may read, by name; its own rows go before a pooled table of the same name."""
    return dict(sorted(_for(folder, slug), key=lambda pair: pair[1].stem.count(".")))


def hashes(folder: Path, slug: str | None = None) -> dict[str, str]:
    """Name and hash of every file (`slug` None), or of those a team may read."""
    found = _all(folder) if slug is None else sorted(file for _, file in _for(folder, slug))
    return {file.stem: hashlib.sha256(file.read_bytes()).hexdigest() for file in found}


def written(folder: Path) -> dict[str, tuple[int, int]]:
    """Every file, with what tells one of that name from a later one."""
    states = {file.stem: file.stat() for file in _all(folder)}
    return {name: (state.st_ino, state.st_mtime_ns) for name, state in states.items()}


def _for(folder: Path, slug: str) -> Iterator[tuple[str, Path]]:
    for file in _all(folder):
        table, _, owner = file.stem.partition(".")
        if owner in ("", slug):
            yield table, file


def _all(folder: Path) -> list[Path]:
    return sorted(folder.glob("*.parquet"))
