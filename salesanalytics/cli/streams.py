"""What the program says, whoever reads it: nobody any more, a full disk, a terminal of few letters.

In: text on stdout and stderr. Out: the same text, on stdout without control characters. A reader that leaves, as in
`run | head`, is no fault; what cannot be written to stdout for another reason is told at the end.
"""

import errno
import os
import sys
from collections.abc import Callable
from typing import IO, Any

from salesanalytics.base.redact import printable

_LEFT = (errno.EPIPE, errno.ECONNRESET)


class Told:
    """A text stream that never fails; `trouble` is why nothing more is written, unless its reader has left."""

    def __init__(self, stream: IO[str], change: Callable[[str], str] = str) -> None:
        self._stream, self._change = stream, change
        self.trouble: OSError | None = None

    def write(self, text: str) -> int:
        """As a text stream's."""
        try:
            self._stream.write(self._change(text))
        except OSError as error:
            self._give_up(error)
        return len(text)

    def flush(self) -> None:
        """As a text stream's."""
        try:
            self._stream.flush()
        except OSError as error:
            self._give_up(error)

    def __getattr__(self, name: str) -> Any:  # noqa: ANN401
        return getattr(self._stream, name)

    def _give_up(self, error: OSError) -> None:
        if error.errno not in _LEFT:
            self.trouble = self.trouble or error
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, self._stream.fileno())  # what is still held back goes there
        os.close(nowhere)


def told() -> Told:
    """stdout and stderr made safe for all that follows; the new stdout. Those that were closed lead nowhere now."""
    for number in (0, 1, 2):  # else the next file to be opened would get the number, and whatever is printed
        try:
            os.fstat(number)
        except OSError:
            os.open(os.devnull, os.O_RDWR)
    sys.stdin = sys.stdin or os.fdopen(0, closefd=False)
    sys.stdout = sys.stdout or os.fdopen(1, "w", closefd=False)
    sys.stderr = sys.stderr or os.fdopen(2, "w", closefd=False)
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="backslashreplace")
    sys.stderr = Told(sys.stderr)  # a bar moves the cursor; errors are made fit where they are said
    sys.stdout = safe = Told(sys.stdout, printable)
    return safe
