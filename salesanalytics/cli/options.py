"""Options that several commands share, and what they mean: a day, and the teams asked for by id or name.

In: words of the command line. Out: values, or an error that says what to write instead.
"""

from collections.abc import Mapping
from datetime import date
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from salesanalytics.params import TeamParams


def _day(written: str) -> date:
    try:
        return date.fromisoformat(written)
    except ValueError:
        raise typer.BadParameter(f"{written!r} is not a day; write 2026-06-30") from None


AsOfOption = Annotated[
    date | None,
    typer.Option("--as-of", parser=_day, metavar="DAY", help="Last day to know of. Default: the newest date in the data."),
]
TeamsOption = Annotated[
    list[str] | None, typer.Option("--team", help="Only this team, by its id or name; may be given several times.")
]


def only(chosen: "list[TeamParams]", wanted: list[str], known: list[str], names: Mapping[str, str]) -> "list[TeamParams]":
    """The teams asked for with --team, by id or name; names that are not there are an error before anything runs."""
    from difflib import get_close_matches

    from salesanalytics.errors import ParamsError

    wanted = [name if name in known else names.get(name, name) for name in wanted]
    problems = []
    for name in (name for name in wanted if name not in known):
        near = get_close_matches(name, [*known, *names], 1)
        hint = f"did you mean {near[0]!r}?" if near else f"it has {', '.join(known[:12])}."
        problems.append(f"--team {name!r} is not in the snapshot; {hint}")
    if problems:
        raise ParamsError("\n  ".join(problems))
    return [params for params in chosen if not wanted or params.team in wanted]
