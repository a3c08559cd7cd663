"""Opening a snapshot, wherever it is.

In: a path or a URL. Out: an open `Snapshot`. The one place that decides which kind of snapshot it is.
"""

from pathlib import Path

from salesanalytics.base.places import is_url
from salesanalytics.data.snapshot.read import ORIGIN, Snapshot, open_folder
from salesanalytics.data.snapshot.remote import open_remote, reopen


def open(path: Path | str) -> Snapshot:
    """The snapshot at `path`, or at a URL. Raises SnapshotError where there is none or it is of another format."""
    if is_url(str(path)):
        return open_remote(str(path))
    folder = Path(path)
    return reopen(folder) if (folder / ORIGIN).is_file() else open_folder(folder)
