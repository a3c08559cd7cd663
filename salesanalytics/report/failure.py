"""What went wrong in a chapter, in one line without secrets: passwords and tokens are masked."""

import re
from dataclasses import dataclass

_ANSI = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]")
_SECRETS = (
    (re.compile(r"(?<=://)[^/\s@]*:[^/\s]*@"), "•••@"),
    (re.compile(r"(?i)\b(bearer|basic)\s+[\w.~+/=-]{8,}"), r"\1 •••"),
    (
        re.compile(
            r"(?i)([\w-]*(?:passwor[dt]|passwd|pwd|secret|token|api[_-]?key|access[_-]?key)[\w-]*[\"']?\s*[=:]\s*)(\"[^\"]*\"|'[^']*'|[^\s,;&)]+)"
        ),
        r"\1•••",
    ),
    (
        re.compile(r"\b(?:eyJ[\w-]{8,}\.[\w-]+\.[\w-]*|gh[pousr]_\w{16,}|sk-[\w-]{16,}|xox[abp]-[\w-]{10,}|AKIA[0-9A-Z]{16})"),
        "•••",
    ),
)


@dataclass(frozen=True, slots=True)
class CellError:
    """What went wrong in a chapter. `cell` counts the notebook's cells from 1 as a reader of it does; None: no one cell."""

    chapter: str
    cell: int | None
    kind: str
    text: str

    def __str__(self) -> str:
        where = f"{self.chapter}, cell {self.cell}" if self.cell else self.chapter
        return f"{where}: {self.what}"

    @property
    def what(self) -> str:
        """The error itself, without its place."""
        return f"{self.kind}: {self.text}" if self.text else self.kind


def first_line(text: str) -> str:
    """The first line of an error's text, at most 200 characters, without colours, passwords and tokens."""
    line = next((line.strip() for line in _ANSI.sub("", text).splitlines() if line.strip()), "")
    for pattern, stand_in in _SECRETS:
        line = pattern.sub(stand_in, line)
    return line if len(line) <= 200 else line[:199] + "…"
