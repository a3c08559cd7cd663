"""A team's name as a safe file name; the only way from a name to a path.

In: any text. Out: 1 to 60 of the characters a-z, 0-9 and -. Never fails and never touches a file.
"""

import hashlib
import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Iterator
from itertools import count

MAX_LENGTH = 60
# our own pages, and names Windows keeps for devices whatever their extension
RESERVED = frozenset(
    {"index", "company", "manifest", "con", "prn", "aux", "nul", "conin", "conout", "clock"}
    | {f"{device}{number}" for device in ("com", "lpt") for number in range(10)}
)
_PLAIN = re.compile(r"[A-Za-z0-9_ .,&-]+")
_SAFE = re.compile(r"[a-z0-9][a-z0-9-]{0,59}")


def slug(text: str) -> str:
    """`text` itself where it is a safe name already, else its letters in a-z and 8 hex digits that make it unique."""
    if _SAFE.fullmatch(text) and text not in RESERVED:
        return text
    digest = hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:8]
    return f"{_letters(text)[: MAX_LENGTH - 9].rstrip('-') or 'team'}-{digest}"


def slugs(texts: Iterable[str]) -> dict[str, str]:
    """A safe name for each text, no two alike: readable where that is clear among them (`Dustin Brinkmann` is
    `dustin-brinkmann`), else as `slug`.
    """
    short = {text: _letters(text)[:MAX_LENGTH].rstrip("-") for text in texts}
    counts = Counter(short.values())
    names = {text: name for text, name in short.items() if _reads_alike(text, name) and counts[name] == 1}
    taken = set(names.values())
    # names that stay as they are go first: a text made to look like another's digits must not push that one aside
    for text in sorted(short.keys() - names.keys(), key=lambda text: (slug(text) != text, text)):
        names[text] = next(name for name in _tries(text) if name not in taken)
        taken.add(names[text])
    return {text: names[text] for text in short}


def _tries(text: str) -> Iterator[str]:
    """`slug(text)`, then the same with other digits, without end."""
    yield slug(text)
    for attempt in count(1):
        yield slug(f"{text[:MAX_LENGTH]}\0{attempt}\0{text}")


def _reads_alike(text: str, name: str) -> bool:
    """Whether `name` says all that `text` does, so that nobody mistakes one for another's."""
    return bool(name) and name not in RESERVED and len(text) <= MAX_LENGTH and bool(_PLAIN.fullmatch(text))


def _letters(text: str) -> str:
    # 300 is plenty for 51 letters, and keeps a megabyte of text from being decomposed
    plain = unicodedata.normalize("NFKD", text[:300]).encode("ascii", "ignore").decode()
    return re.sub(r"[^a-z0-9]+", "-", plain.lower()).strip("-")
