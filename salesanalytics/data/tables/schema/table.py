"""What all our tables have in common, and the facts that each declares of itself: how it is dated, and whose its rows are.

In: nothing. Out: `Table`, the base of every table. The facts are only declared here: `as_of` and `partition` act on them.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, ClassVar, Literal

import pandas as pd
import pandera.pandas as pa


@dataclass(frozen=True, slots=True, kw_only=True)
class Dated:
    """How a table is dated, so that it can be shown as it stood on an earlier day (see `as_of`).

    `born`: the column that says since when a row exists; empty: rows always existed, or `rule` says since when.
    `rule`: `deal` where a row is a deal, `with its deal` where it exists since its deal does.
    `events`: columns that are filled later, each with the columns that are filled with it.
    `restored`: columns that are taken back through `opportunity_history`.
    `unlogged`: columns that change and of which no log is kept: on an earlier day they are unknown.
    `days`: moments (…_at) at which something happened. Each also becomes a calendar day (…_on) in the company's zone, and the
    newest of all tables is the last day a source knows.
    """

    born: str = ""
    rule: Literal["", "deal", "with its deal"] = ""
    events: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    restored: tuple[str, ...] = ()
    unlogged: tuple[str, ...] = ()
    days: tuple[str, ...] = ()


UNDATED = Dated()
"""Nothing says since when a row exists or what changed later: it is shown as exported on every day."""


@dataclass(frozen=True, slots=True)
class Whose:
    """To which teams a row belongs (see `partition`).

    `owner`: `everybody`, the team of its `deal`, the team of its `rep` on a day, or what a `rule` of the table's own says.
    `rep`, `day`: where the owner is a rep, the column that names it and the column with the day. `by_deal`: a row that names a
    deal goes with the deal all the same; not so what concerns the rep alone, as pay does.
    """

    owner: Literal["everybody", "deal", "rep", "rule"]
    rep: str = ""
    day: str = ""
    by_deal: bool = True


SHARED = Whose("everybody")
OF_DEAL = Whose("deal")
OWN_RULE = Whose("rule")


def of_rep(rep: str, day: str, *, by_deal: bool = True) -> Whose:
    """Of the team that the rep in column `rep` was in on the day in column `day`; of its deal's team first, if `by_deal`."""
    return Whose("rep", rep, day, by_deal)


class Table(pa.DataFrameModel):
    """Base of every table: columns with kinds, a key (`unique`), row rules as dataframe checks named in plain words.

    A table says in its class line how it is `dated` and `whose` its rows are; without either there is no such table.
    """

    _dated: ClassVar[Dated]  # private, as pandera takes every public name for a column
    _whose: ClassVar[Whose]
    _repeats: ClassVar[bool]
    _together: ClassVar[bool]

    class Config:
        strict = False
        ordered = False

    def __init_subclass__(
        cls,
        *,
        dated: Dated,
        whose: Whose,
        repeats: bool = False,
        together: bool = False,
        **more: Any,  # noqa: ANN401 - whatever pandera takes
    ) -> None:
        super().__init_subclass__(**more)  # type: ignore[no-untyped-call]
        cls._dated, cls._whose, cls._repeats, cls._together = dated, whose, repeats, together

    @classmethod
    def dated(cls) -> Dated:
        """How the table is dated."""
        return cls._dated

    @classmethod
    def whose(cls) -> Whose:
        """To which teams its rows belong."""
        return cls._whose

    @classmethod
    def repeats(cls) -> bool:
        """Whether different rows may share the key: a log by days holds several changes of one day."""
        return cls._repeats

    @classmethod
    def together(cls) -> bool:
        """Whether a rule of the table looks at several rows at once, so that one that is set aside can break it for others."""
        return cls._together

    @classmethod
    def key(cls) -> tuple[str, ...]:
        """Columns that together name a row; no two rows may share them, unless the table `repeats`."""
        return tuple(cls.to_schema().unique or ())

    @classmethod
    def grain(cls) -> str:
        """What one row is, as the docstring says it."""
        return (cls.__doc__ or "").strip().splitlines()[0]


def not_before(later: "pd.Series[Any]", earlier: "pd.Series[Any]") -> "pd.Series[bool]":
    """True where `later` is not before `earlier`, or either is unknown."""
    return (later >= earlier) | later.isna() | earlier.isna()
