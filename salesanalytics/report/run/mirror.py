"""Pages published at a URL too: every file is put in place in a folder here, and there.

In: files as a run publishes them. Out: the same files below the URL. Each is sent under another name, then put in its place
here, then there: when sending fails, both old files are still there. The ledger and the lock stay in the folder here; so two
machines that publish at one URL do not know of each other.
"""

import contextlib
import os
import tempfile
from collections.abc import Iterator
from pathlib import Path

from salesanalytics.base.places import Place, without_password
from salesanalytics.base.slug import slug
from salesanalytics.errors import RunError
from salesanalytics.report.run.publish import publish
from salesanalytics.report.scratch import scratch

_FAILED = (".failed.html", ".failed.ipynb")


def folder_for(url: str, home: Path) -> Path:
    """The folder here that belongs to a URL for pages, and is called after it. Raises RunError where it holds a password."""
    return home / "reports" / slug(without_password(url).rstrip("/"))


class Mirror:
    """Publishes below `folder` and below `url`. Raises RunError where the URL cannot be used."""

    def __init__(self, url: str, folder: Path) -> None:
        self._folder = folder.resolve()
        try:
            self._place = Place(url)
        except OSError as error:
            raise RunError(f"{error}. Check the URL and your access, or choose another --out.") from None
        self.url = self._place.url

    def publish(self, path: Path, text: str) -> None:
        """As `publish`, there too. Raises OSError; what was there before is then still there."""
        name = self._name(path)
        part = self._sent(name, text.encode())
        try:
            publish(path, text)
            self._place.rename(part, name)
        except BaseException:
            with contextlib.suppress(OSError):
                self._place.remove(part)
            raise

    @contextlib.contextmanager
    def kept(self, folder: Path) -> Iterator[None]:
        """Bring `folder` there in line with the one here, before a run and after it. Raises RunError."""
        self._catch_up(folder)
        yield
        self._tidy(folder)

    def _catch_up(self, folder: Path) -> None:
        """Send what is in `folder` here and not there: an earlier run could not, or somebody deleted or changed it."""
        try:
            there = self._place.sizes(self._name(folder))
            for file in _pages(folder):
                name, content = self._name(file), file.read_bytes()
                if there.get(name) != len(content) or self._place.read(name) != content:
                    self._place.rename(self._sent(name, content), name)
        except OSError as error:
            raise RunError(f"{error}. Check the URL and your access, or choose another --out.") from None

    def _tidy(self, folder: Path) -> None:
        """Remove pages of failures there that are no longer here."""
        here = {self._name(file) for file in _pages(folder)}
        with contextlib.suppress(OSError):  # an old one does no harm
            for name in self._place.sizes(self._name(folder)):
                if name.endswith(_FAILED) and name not in here:
                    self._place.remove(name)

    def _sent(self, name: str, content: bytes) -> str:
        """`content` sent under another name beside `name`, which is returned."""
        folder, _, last = name.rpartition("/")
        part = f"{folder}/.{last}-{os.urandom(4).hex()}.tmp".lstrip("/")
        with tempfile.TemporaryDirectory(dir=scratch()) as here:
            file = Path(here) / last
            file.write_bytes(content)
            self._place.put(part, file)
        return part

    def _name(self, path: Path) -> str:
        return path.resolve().relative_to(self._folder).as_posix()


def _pages(folder: Path) -> list[Path]:
    files = sorted(folder.rglob("*"))
    return [file for file in files if file.suffix in (".html", ".ipynb") and file.is_file() and not file.name.startswith(".")]
