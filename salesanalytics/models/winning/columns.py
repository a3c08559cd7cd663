"""A table of deals as numbers: which columns can be used, as what, and which are set aside and why.

In: one row per deal, numbers, words, missing cells. Out: `Columns`, which reads any table with these columns into one array:
numbers as they are, words by the place of their level. Dates are set aside, because a day of the calendar does not come back,
and so are columns that are empty, constant or name each row. Infinite numbers count as missing, and are counted.
"""

import re
from collections.abc import Hashable
from dataclasses import dataclass

import numpy as np
import pandas as pd

from salesanalytics.base.types import Flags, Floats
from salesanalytics.errors import DataError

IDENTIFIES = 0.5  # words of which so many are different name rows rather than kinds of rows
NUMBERED = 0.95
LEAST_ROWS = 20  # below, a few different words may be kinds all the same
DATED = re.compile(r"^\s*(\d{4}[-/.]\d{1,2}[-/.]\d{1,2}|\d{1,2}[-/.]\d{1,2}[-/.]\d{4})([ T].*)?$")
NUMBER_NAME = re.compile(r"(^|[\s_])(id|ids|nr|no|number|key|uuid|guid|cod|code)$")


class WinningError(DataError, ValueError):
    """Deals that no chance to win can be worked out from; a ValueError too, as scikit-learn asks of its classifiers."""


@dataclass(frozen=True, slots=True, eq=False)
class Columns:
    """`names`: the columns in use; `levels`: their words in order, None for numbers; `set_aside`: the others, with the reason
    (`constant`, `empty`, `date`, `identifier`); `infinite`: numbers that were infinite, by column.
    """

    names: tuple[Hashable, ...]
    levels: tuple[pd.Index | None, ...]
    set_aside: dict[Hashable, str]
    infinite: dict[Hashable, int]

    @property
    def words(self) -> Flags:
        """Which of the columns in use hold words."""
        return np.array([one is not None for one in self.levels], dtype=bool)

    def read(self, table: pd.DataFrame) -> Floats:
        """(rows, columns in use): numbers, and places of words; a word not seen before has the place after the last one."""
        missing = [str(name) for name in self.names if name not in table.columns]
        if missing:
            raise WinningError(f"The table lacks {', '.join(missing)}, which the model was fitted on. Add the columns.")
        read = np.empty((len(table), len(self.names)))
        for at, (name, levels) in enumerate(zip(self.names, self.levels, strict=True)):
            read[:, at] = numbers_of(table[name]) if levels is None else _places(table[name], levels)
        return read


def columns_of(table: pd.DataFrame) -> Columns:
    """`Columns` of a table. Columns of one name are an error."""
    check_names(table)
    names, levels, infinite = list[Hashable](), list["pd.Index | None"](), dict[Hashable, int]()
    aside = dict[Hashable, str]()
    for name in table.columns:
        column = table[name]
        why = why_aside(column)
        if why is not None:
            aside[name] = why
            continue
        names.append(name)
        levels.append(None if is_number(column) else pd.Index(np.sort(words_of(column).dropna().unique())))
        unbounded = int(np.isinf(column.to_numpy(dtype=np.float64, na_value=np.nan)).sum()) if is_number(column) else 0
        infinite |= {name: unbounded} if unbounded else {}
    return Columns(tuple(names), tuple(levels), aside, infinite)


def check_names(table: pd.DataFrame) -> None:
    """Raises `WinningError` where two columns share a name."""
    double = table.columns[table.columns.duplicated()]
    if len(double):
        raise WinningError(f"Several columns are called {', '.join(map(str, double.unique()))}. Give each a name of its own.")


def why_aside(column: pd.Series) -> str | None:
    """Why a column is of no use as it is, or None."""
    cells = pd.Series(numbers_of(column)) if is_number(column) else words_of(column)
    known = cells.dropna()
    different = known.nunique()
    if different == 0:
        return "empty"
    if different == 1 and len(known) == len(column):
        return "constant"
    if is_date(column):
        return "date"
    share = NUMBERED if is_number(column) else IDENTIFIES
    called = not is_number(column) or NUMBER_NAME.search(str(column.name).lower().strip()) is not None
    return "identifier" if called and len(known) >= LEAST_ROWS and different > share * len(known) else None


def is_number(column: pd.Series) -> bool:
    """Whether a column holds numbers (also true and false, and decimals)."""
    if pd.api.types.is_numeric_dtype(column.dtype):
        return True
    return column.dtype == object and pd.api.types.infer_dtype(column, skipna=True) in NUMERIC


NUMERIC = frozenset({"integer", "floating", "decimal", "boolean", "mixed-integer-float"})


def is_date(column: pd.Series) -> bool:
    """Whether a column holds days or moments, also where they are written as text."""
    if pd.api.types.is_datetime64_any_dtype(column.dtype) or isinstance(column.dtype, pd.PeriodDtype):
        return True
    if is_number(column):
        return False
    if pd.api.types.infer_dtype(column, skipna=True) in {"date", "datetime", "datetime64"}:
        return True
    some = words_of(column).dropna().head(200)
    return bool(len(some)) and bool(some.map(lambda text: DATED.match(text) is not None).mean() > 0.95)


def numbers_of(column: pd.Series) -> Floats:
    """Numbers, missing where they are missing, infinite or no number."""
    if pd.api.types.is_numeric_dtype(column.dtype):
        found = column.to_numpy(dtype=np.float64, na_value=np.nan)
    else:
        found = pd.to_numeric(column, errors="coerce").to_numpy(dtype=np.float64, na_value=np.nan)
    return np.where(np.isfinite(found), found, np.nan)


def words_of(column: pd.Series) -> "pd.Series[str]":
    """Each cell as text; missing stays missing, and so does an empty text."""
    try:
        place, cells = pd.factorize(column.astype(object), use_na_sentinel=True)
    except TypeError:  # lists and the like
        place, cells = pd.factorize(column.map(str, na_action="ignore"), use_na_sentinel=True)
    text = np.array([*(str(cell).strip() or None for cell in cells), None], dtype=object)  # place −1 is missing
    return pd.Series(text[place], index=column.index, name=column.name, dtype=object)


def _places(column: pd.Series, levels: pd.Index) -> Floats:
    words = words_of(column)
    place = levels.get_indexer(pd.Index(words)).astype(np.float64)
    place[place < 0] = len(levels)
    return np.where(words.isna().to_numpy(), np.nan, place)


def outcome_of(won: object) -> Flags:
    """Whether each deal was won: two different values, of which the later one (1, True, "won") is winning."""
    from sklearn.utils.multiclass import check_classification_targets  # here: who takes a change apart needs no scikit-learn
    from sklearn.utils.validation import column_or_1d

    if won is None:
        raise WinningError("The model requires y to be passed, but the target y is None: give the outcome of each deal.")
    values = column_or_1d(won, warn=True)
    if pd.isna(values).any():
        raise WinningError(f"The outcome is missing in {int(pd.isna(values).sum())} rows. Leave out deals that are open.")
    if np.issubdtype(values.dtype, np.floating) and np.isinf(values).any():
        raise WinningError("Input y contains infinity: the outcome of a deal is won or lost.")
    check_classification_targets(values)
    found = np.unique(values)
    if len(found) > 2:
        some = ", ".join(map(str, found[:5]))
        raise WinningError(
            f"Only binary classification is supported. The outcome holds {len(found)} values ({some}); expected won and lost."
        )
    if len(found) < 2:
        some = f"one class ({found[0]})" if len(found) else "no class"
        raise WinningError(
            f"The outcome holds {some}; expected two, won and lost. With all deals won, or none, nothing can be told apart."
        )
    return np.asarray(values == found[1])
