"""Keys by which a result may be used again: the key of all it was made from, and the hash of what was made.

In: a job, the data it may read, the code. Out: keys. A chapter's key covers its notebook, its parameters, its team's part of
the snapshot, the tables the company's notebook handed over, the package and the libraries under it. Not covered: what a
notebook reads besides its snapshot, such as a file of its own; `--force` is for that.
"""

import hashlib
import json
import platform
from collections.abc import Iterable, Mapping
from dataclasses import asdict
from functools import cache
from importlib import metadata
from pathlib import Path
from typing import TYPE_CHECKING, Any

from salesanalytics import __version__
from salesanalytics.params import BRAND, MAIL

if TYPE_CHECKING:
    from salesanalytics.report.plan import About, Job, TeamPlan

_PACKAGE = Path(__file__).parents[2]
_CODE = (".py", ".pyi", ".yaml", ".npz", ".j2", ".css")


def chapter_key(job: "Job", data: str, tables: Mapping[str, str]) -> str:
    """The key of a job. `data` is the fingerprint of what it may read, `tables` the hashes of those handed over to it."""
    parameters = {name: value for name, value in job.parameters.items() if name != "snapshot"}  # its content counts
    beside = {file.name: _file(file) for file in sorted(job.notebook.parent.glob("*.py")) if file.is_file()}
    return _hash([code(), job.chapter, _file(job.notebook), beside, parameters, data, dict(tables)])


def page_key(team: "TeamPlan", about: "About", chapters: Iterable[str]) -> str:
    """The key of a team's page, from the hashes of its executed chapters."""
    params = team.params.model_dump(mode="json", exclude={"snapshot", *MAIL, *BRAND})
    return _hash([code(), team.team, team.name, params, str(team.as_of), _about(about), list(chapters)])


def company_key(locale: str, about: "About", chapter: str) -> str:
    """The key of the company's page."""
    return _hash([code(), locale, _about(about), chapter])


def hash_text(text: str) -> str:
    """The hash of a text as written to a file."""
    return hashlib.sha256(text.encode()).hexdigest()


def is_there(file: Path, hash: str) -> bool:
    """Whether `file` is the one that was written."""
    try:
        return hashlib.sha256(file.read_bytes()).hexdigest() == hash
    except OSError:
        return False


@cache
def code() -> str:
    """What this package and the libraries under it are, in one hash: their versions, and the package's own files."""
    files = {str(file.relative_to(_PACKAGE)): _file(file) for file in sorted(_PACKAGE.rglob("*")) if file.suffix in _CODE}
    return _hash([__version__, platform.python_version(), _libraries(), files])


def _libraries() -> dict[str, str]:
    found = {}
    for line in metadata.requires("salesanalytics") or ():
        name = line.split(";")[0].split("[")[0].split("<")[0].split(">")[0].split("=")[0].split("!")[0].strip()
        try:
            found[name] = metadata.version(name)
        except metadata.PackageNotFoundError:
            continue
    return found


def _about(about: "About") -> list[Any]:
    told = [str(about.as_of), str(about.last_day), about.source, about.currency, dict(about.quality)]
    return [*told, asdict(about.brand), about.company]


@cache
def _read(file: Path, changed: int, size: int) -> str:
    return hashlib.sha256(file.read_bytes()).hexdigest()


def _file(file: Path) -> str:
    state = file.stat()
    return _read(file, state.st_mtime_ns, state.st_size)


def _hash(parts: object) -> str:
    return hashlib.sha256(json.dumps(parts, sort_keys=True, default=str).encode()).hexdigest()
