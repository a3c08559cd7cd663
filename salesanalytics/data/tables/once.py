"""What is worked out from tables as known on a day is worked out once, however many questions of a chapter ask for it.

In: a function of tables and of values that tell calls apart (days, periods, names). Out: the same function, whose answers are
kept with the tables, for as long as these live. Tables that never change (`Known`) keep answers; of any others nothing is kept.
"""

from collections.abc import Callable, Hashable, Mapping
from functools import wraps
from typing import Any, Concatenate, ParamSpec, TypeVar, cast

import pandas as pd

P = ParamSpec("P")
R = TypeVar("R")


class KeepsAnswers:
    """Tables that never change, and so can keep what was worked out from them."""

    def __init__(self) -> None:
        self._answers: dict[Hashable, Any] = {}

    def once(self, key: Hashable, work_out: Callable[[], R]) -> R:
        """The answer kept under `key`; worked out where there is none. Whoever gets a frame gets a copy, to write into."""
        if key not in self._answers:
            self._answers[key] = work_out()
        answer = self._answers[key]
        return cast(R, answer.copy() if isinstance(answer, pd.DataFrame | pd.Series) else answer)


def once(
    function: "Callable[Concatenate[Mapping[str, pd.DataFrame], P], R]",
) -> "Callable[Concatenate[Mapping[str, pd.DataFrame], P], R]":
    """Let tables that keep answers be asked once per set of arguments, which have to be hashable.

    The answer is a frame, of which every caller gets a copy, or something that nobody changes.
    """

    @wraps(function)
    def asked(tables: Mapping[str, pd.DataFrame], /, *args: P.args, **named: P.kwargs) -> R:
        if not isinstance(tables, KeepsAnswers):
            return function(tables, *args, **named)
        return tables.once((function, args, tuple(sorted(named.items()))), lambda: function(tables, *args, **named))

    return asked
