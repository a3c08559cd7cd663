"""Folders at a URL: whatever fsspec knows, such as s3://, gs://, abfs://, ftp://, sftp://, file://.

In: a URL and names below it. Out: bytes, files, listings. Every failure is an OSError that names the URL; a call that fails for
any other reason than what it asks for is tried once more on a new connection, because servers hang up on idle ones. Secrets are
never taken from a URL, which would carry them into notebooks, ledgers and error messages.
"""

import contextlib
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

from salesanalytics.errors import RunError

_T = TypeVar("_T")
_URL = re.compile(r"[a-z][a-z0-9+.-]+://|[a-z][a-z0-9+.-]+::", re.IGNORECASE)
_PASSWORD = re.compile(r"://[^/@]*:[^@]*@")  # a password may hold a slash
_FINAL = (FileNotFoundError, PermissionError, NotADirectoryError)


def is_url(text: str) -> bool:
    """Whether `text` is a URL, and not a path of this machine."""
    return bool(_URL.match(text))


def without_password(url: str) -> str:
    """`url`, which has none. Raises RunError where it has: it would be told on, and folders are named after it."""
    if _PASSWORD.search(url):
        protocol = url.split("://")[0].split("::")[-1]
        raise RunError(
            f"The {protocol}:// URL holds a password (or an @ that has to be written %40), which would end up in notebooks "
            "and logs. Leave it out and set "
            f"FSSPEC_{protocol.upper()}_PASSWORD in the environment, of Dask workers too."
        )
    return url


class Place:
    """A folder at `url`. Raises RunError where the URL cannot be used at all: a password in it, a missing library."""

    def __init__(self, url: str) -> None:
        self.url = without_password(url).rstrip("/")
        self._fs: Any = None
        self._path = ""
        self._made: set[str] = set()
        self._connect()

    def read(self, name: str) -> bytes:
        """The content of a file."""
        return bytes(self._call(name, lambda fs, path: fs.cat_file(path)))

    def get(self, name: str, file: Path) -> None:
        """Copy a file to `file` of this machine."""
        self._call(name, lambda fs, path: fs.get_file(path, str(file)))

    def put(self, name: str, file: Path) -> None:
        """Copy `file` of this machine to `name`, over what is there; a reader may see half of it meanwhile."""
        self._call(name, lambda fs, path: self._put(fs, path, file))

    def rename(self, old: str, new: str) -> None:
        """Put `old` in the place of `new`."""
        self._call(new, lambda fs, path: fs.mv(f"{self._path}/{old}", path))

    def remove(self, name: str) -> None:
        """Delete a file."""
        self._call(name, lambda fs, path: fs.rm_file(path))

    def sizes(self, name: str) -> dict[str, int]:
        """Name below the place, and bytes, of every file in the folder `name` and below it; none where it is not there."""
        try:
            found = self._call(name, lambda fs, path: fs.find(path, detail=True))
        except FileNotFoundError:
            return {}
        top = f"{self._path}/"
        return {file.partition(top)[2]: int(facts["size"] or 0) for file, facts in found.items() if facts["type"] == "file"}

    def _put(self, fs: Any, path: str, file: Path) -> None:  # noqa: ANN401
        parent = path.rpartition("/")[0]
        if parent not in self._made:
            with contextlib.suppress(Exception):  # there already, or not needed; if it was, putting the file says so
                fs.makedirs(parent, exist_ok=True)
            self._made.add(parent)
        fs.put_file(str(file), path)

    def _call(self, name: str, act: Callable[[Any, str], _T]) -> _T:
        try:
            try:
                return self._on(name, act)
            except (RunError, *_FINAL):
                raise
            except Exception:
                self._fs = None
                self._made.clear()
                return self._on(name, act)
        except RunError:
            raise
        except Exception as error:
            kind = next((kind for kind in _FINAL if isinstance(error, kind)), OSError)
            raise kind(f"{self.url}/{name}: {_said(error)}") from error

    def _on(self, name: str, act: Callable[[Any, str], _T]) -> _T:
        if self._fs is None:
            self._connect()
        self._fs.invalidate_cache()  # listings are kept for speed, and another process may have written since
        return act(self._fs, f"{self._path}/{name}")

    def _connect(self) -> None:
        try:
            from fsspec.core import url_to_fs
        except ImportError:
            raise RunError(f"{self.url} needs the extra `dask`: pip install 'salesanalytics[dask]'") from None
        try:
            # an instance of our own: fsspec shares them, and a broken connection would be shared as well
            self._fs, path = url_to_fs(self.url, skip_instance_cache=True)
        except ImportError as error:
            raise RunError(f"{self.url}: {_said(error)}, on every machine that reads it") from None
        except ValueError as error:
            raise RunError(f"{self.url}: {_said(error)}") from None
        except Exception as error:
            raise OSError(f"{self.url} cannot be reached: {_said(error)}") from error
        self._path = str(path).rstrip("/")


def _said(error: BaseException) -> str:
    lines = str(error).strip().splitlines()
    return lines[0].rstrip(".") if lines else type(error).__name__
