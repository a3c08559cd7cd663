"""A dataset frozen into a snapshot: known as on one day, cut by team, hashed, with its quality report.

In: a `Dataset` and a day. Out: the snapshot, opened. It is written to a hidden folder, flushed to disk and put in place at
once, so a path holds the old snapshot or the new one. What a killed process has left, the next one removes. See `read` for
the folders.
"""

import hashlib
import json
from collections.abc import Mapping
from copy import deepcopy
from datetime import date
from glob import escape
from pathlib import Path
from typing import Any

import pandas as pd

from salesanalytics.base.held import held_folder, remove_unheld
from salesanalytics.base.slug import slugs
from salesanalytics.base.swap import put_in_place
from salesanalytics.base.whole_file import flush
from salesanalytics.data.intake.check import Dataset
from salesanalytics.data.intake.quality import Problem, Quality, sample
from salesanalytics.data.snapshot.access import MANIFEST
from salesanalytics.data.snapshot.files import write_table
from salesanalytics.data.snapshot.read import FORMAT, Snapshot, open_folder
from salesanalytics.data.snapshot.rights import give_to_groups
from salesanalytics.data.tables import set_aside
from salesanalytics.data.tables.as_of import known_on
from salesanalytics.data.tables.partition import OF_DEAL, SHARED, partition
from salesanalytics.errors import SnapshotError

PART = ".part"


def write(dataset: Dataset, out: Path, as_of: date, *, groups: str = "") -> Snapshot:
    """Freeze `dataset` as known at the end of `as_of` into the folder `out`, replacing an older snapshot there.

    `groups`: how the group is called that alone may read a team's folder (see `rights`); empty: rights as for any new file.
    """
    if out.exists() and not out.is_dir():
        raise SnapshotError(f"{out} is a file. Choose a folder for the snapshot.")
    if out.exists() and not (out / MANIFEST).is_file() and any(out.iterdir()):
        raise SnapshotError(f"{out} holds something that is not a snapshot. Choose an empty or new folder.")
    out.parent.mkdir(parents=True, exist_ok=True)
    hidden = f".{out.name[:40]}-"
    remove_unheld(out.parent.glob(f"{escape(hidden)}*{PART}"))
    with held_folder(out.parent, hidden, PART) as folder:
        part = folder / "new"
        _fill(part, dataset, as_of)
        if groups:
            give_to_groups(part, [team.name for team in (part / "teams").iterdir()], groups)
        _settle(part, out, folder / "old")
    return open_folder(out)


def _fill(folder: Path, dataset: Dataset, as_of: date) -> None:
    known = known_on(dataset.tables, as_of, dataset.timezone)
    frames = {name: known[name] for name in known}
    quality = _without_later(dataset, frames)
    aside = [dataset.aside]
    cut = _at_home(frames, quality, aside, as_of, dataset.timezone)
    names = slugs(frames["team"]["team_id"])
    hashes: dict[str, str] = {}

    def keep(place: str, name: str, frame: pd.DataFrame) -> None:
        target = folder / place / f"{name}.parquet"
        target.parent.mkdir(parents=True, exist_ok=True)
        write_table(frame, target)
        hashes[f"{place}/{name}"] = hashlib.sha256(target.read_bytes()).hexdigest()

    for name, frame in frames.items():
        keep("shared" if name in SHARED else "company", name, frame)
    for team, tables in cut.items():
        for name, frame in tables.items():
            keep(f"teams/{names[team]}", name, frame)
    keep("company", set_aside.NAME, set_aside.together(aside))
    manifest = _manifest(dataset, frames, as_of, names) | {
        "quality": quality.to_json(),
        "hashes": hashes,
        "hash": hashlib.sha256(json.dumps(hashes, sort_keys=True).encode()).hexdigest(),
    }
    (folder / MANIFEST).write_text(json.dumps(manifest, indent=1, ensure_ascii=False), "utf-8")


def _manifest(dataset: Dataset, frames: Mapping[str, pd.DataFrame], as_of: date, names: Mapping[str, str]) -> dict[str, Any]:
    """What a snapshot says of itself, but for its quality and hashes. `names`: the folder of each team."""
    listed = frames["team"]
    return {
        "format": FORMAT,
        "as_of": as_of.isoformat(),
        "source": dataset.source,
        "currency": dataset.currency,
        "timezone": dataset.timezone,
        "record_url": dataset.record_url,
        "teams": [
            {"team_id": key, "name": name, "slug": names[key]}
            for key, name in zip(listed["team_id"], listed["name"], strict=True)
        ],
        "rows": {name: len(frame) for name, frame in frames.items()},
    }


def _without_later(dataset: Dataset, frames: Mapping[str, pd.DataFrame]) -> Quality:
    """The quality report of what is known in `frames`; rows dated later broke no rule and are counted apart."""
    quality = deepcopy(dataset.quality)
    for name, frame in frames.items():
        later = len(dataset.tables[name]) - len(frame)
        if later:
            quality.counts[name].read -= later
            quality.counts[name].used -= later
            quality.counts[name].later += later
    return quality


def _at_home(
    frames: dict[str, pd.DataFrame], quality: Quality, aside: list[pd.DataFrame], as_of: date, timezone: str
) -> dict[str, dict[str, pd.DataFrame]]:
    """The tables cut by team. Deals no team has are taken out of `frames`, with their history and lines, and counted."""
    cut = partition(frames, as_of, timezone)
    deals = frames["opportunity"]["opportunity_id"]
    placed = [tables["opportunity"]["opportunity_id"] for tables in cut.values()]
    if sum(map(len, placed)) == len(deals):  # a deal has one team at the most
        return cut
    lost = deals[~deals.isin(pd.concat(placed))] if placed else deals
    for name in ("opportunity", *OF_DEAL):
        if name in frames:
            homeless = frames[name]["opportunity_id"].isin(lost)
            rule = f"its deal's owner had no team on {as_of}"
            if name in set_aside.OF and homeless.any():
                aside.append(set_aside.rows_of(name, frames[name][homeless], rule))
            _set_aside(name, frames, homeless, quality, rule)
    return cut


def _set_aside(name: str, frames: dict[str, pd.DataFrame], rows: "pd.Series[bool]", quality: Quality, rule: str) -> None:
    if rows.any():
        count = int(rows.sum())
        named = sample(frames[name].loc[rows, "opportunity_id"])
        frames[name] = frames[name][~rows].reset_index(drop=True)
        quality.add(Problem(name, rule, count, "quarantine", named))
        quality.counts[name].used -= count
        quality.counts[name].quarantined += count


def _settle(part: Path, out: Path, old: Path) -> None:
    """Flush everything to disk, then put it in place at once."""
    for file in sorted(part.rglob("*"), reverse=True):
        flush(file)
    flush(part)
    put_in_place(part, out, old)
    flush(out.parent)
