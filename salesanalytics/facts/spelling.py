"""Words that people typed, each in the spelling most of them use."""

from typing import Any

import pandas as pd


def one_spelling(typed: "pd.Series[Any]") -> "pd.Series[Any]":
    """Each text as it is written most often, whatever its capitals; of two written equally often, the first by letter."""
    written = typed.astype(object)
    folded = written.str.casefold()
    usual = {key: same.value_counts().sort_index().idxmax() for key, same in written.groupby(folded)}
    return folded.map(usual).astype(object)
