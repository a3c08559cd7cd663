"""Rows of several parts as one table, which has its columns even where there is no part."""

from collections.abc import Iterable, Sequence

import pandas as pd


def together(parts: Iterable[pd.DataFrame], columns: Sequence[str]) -> pd.DataFrame:
    """The rows of all parts, one after the other and numbered anew, with these columns; an empty table where there are none."""
    found = list(parts)
    return pd.concat(found, ignore_index=True)[list(columns)] if found else pd.DataFrame(columns=list(columns))
