"""What a shell hands over, looked at before any command is: an empty word is a variable not set, and no path is endless.

In: the words of a command line. Out: the same, or a usage error that says which one is meant.
"""

from typing import Any

from typer.core import TyperGroup

LONGEST = 4096  # characters; no path and no name is longer


class Commands(TyperGroup):
    """The commands, which are given no empty and no endless word: `--out ""` would write where one stands."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:  # noqa: ANN401 - typer keeps its context's class to itself
        """As ever, once every word is one that somebody can have meant."""
        for before, word in zip(["", *args], args, strict=False):
            if not word.strip() or (word.startswith("--") and word.endswith("=")):
                named = word.rstrip("=") if word.strip() else before
                ctx.fail(f"{_short(named) or 'The command'} was given an empty word. Is a variable of the shell not set?")
            if len(word) > LONGEST:
                ctx.fail(f"A word of {len(word):,} characters was given, {_short(word)}; the longest path has {LONGEST:,}.")
        return super().parse_args(ctx, args)


def _short(word: str) -> str:
    return word if len(word) <= 40 else f"{word[:39]}…"
