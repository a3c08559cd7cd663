"""Compares two folders of pages: every number of every page, and the words around those that differ.

    python scripts/compare_pages.py BEFORE AFTER [--text]

In: two output folders of `salesanalytics run`. Out: for each page how many numbers it holds and which differ; exit code 1 where
any does. With --text every other difference of the visible text is shown as well. Dates of making and versions are left out.
"""

import argparse
import difflib
import re
import sys
from collections import Counter
from html.parser import HTMLParser
from pathlib import Path

NUMBER = re.compile(r"[−<>+]?\d[\d.,\u00a0]*\d|\d")
MADE = re.compile(r"\b(?:made|făcută|version|versiun|Python)|^[\d.,]+ s$", re.IGNORECASE)
SILENT = {"style", "script", "title", "head"}


class Texts(HTMLParser):
    """Every visible text of a page, one per element, texts of pictures included."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.texts: list[str] = []
        self._silent = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Texts of `style` and the like are not read."""
        self._silent += tag in SILENT
        self.texts += [value for name, value in attrs if name == "aria-label" and value]

    def handle_endtag(self, tag: str) -> None:
        """The end of a silent element."""
        self._silent -= tag in SILENT

    def handle_data(self, data: str) -> None:
        """One text, its spaces made even."""
        text = " ".join(data.split(" ")).strip()
        if text and not self._silent and not MADE.search(text):
            self.texts.append(text)


def texts(page: Path) -> list[str]:
    """The visible texts of a page, in order."""
    reader = Texts()
    reader.feed(page.read_text("utf-8"))
    return reader.texts


def numbers(page: list[str]) -> list[str]:
    """Every number of a page, in order."""
    return [number for text in page for number in NUMBER.findall(text)]


def differences(before: list[str], after: list[str]) -> list[str]:
    """The texts that are not the same, as a diff without context."""
    lines = difflib.unified_diff(before, after, lineterm="", n=0)
    return [line for line in lines if line[:1] in "+-" and line[:3] not in ("+++", "---")]


def main() -> None:
    """Compare and tell."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("before", type=Path)
    parser.add_argument("after", type=Path)
    parser.add_argument("--text", action="store_true", help="show other differences of the text as well")
    given = parser.parse_args()
    old, new = ({page.relative_to(top): page for page in top.rglob("*.html")} for top in (given.before, given.after))
    wrong = [f"{page}: only in one of the two" for page in sorted(old.keys() ^ new.keys())]
    for page in sorted(old.keys() & new.keys()):
        one, other = texts(old[page]), texts(new[page])
        same = sorted(numbers(one)) == sorted(numbers(other))
        shown = differences(one, other)
        shown = [line for line in shown if given.text or NUMBER.search(line)] if given.text or not same else []
        gone, added = (Counter(numbers(a)) - Counter(numbers(b)) for a, b in ((one, other), (other, one)))
        verdict = "all the same" if same else f"{gone.total()} gone ({', '.join(gone) or 'none'}), {added.total()} new"
        print(f"{page}: {len(numbers(one))} numbers, {verdict}", *shown, sep="\n    ")
        wrong += [] if same else [str(page)]
    if wrong:
        sys.exit("\n".join(wrong))


if __name__ == "__main__":
    main()
