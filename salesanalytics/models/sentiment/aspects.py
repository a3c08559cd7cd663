"""What a text speaks of: price, product, service, pay, … in English and Romanian.

In: texts. Out: one column of flags per aspect; a text has several, or none. An aspect is found by beginnings of words, which
reach over inflection in both languages, and by whole words where a beginning would catch strangers (`aspects.yaml`).
The lists are ours; what they miss is no aspect, and never guessed.
"""

import re
from functools import cache
from pathlib import Path

import numpy as np
import pandas as pd
import yaml

from salesanalytics.base.types import Flags
from salesanalytics.models.sentiment.folding import Rows, fold_all

BUYER = ("price", "product", "service", "delivery", "contact", "contract")
EMPLOYEE = ("manager", "pay", "targets", "tools", "training", "workload", "colleagues")
WORD = re.compile(r"[a-z0-9]+(?:[-'][a-z0-9]+)*")


def aspects(texts: Rows, kind: str) -> pd.DataFrame:
    """One row per text and a column of flags per aspect of `kind` (buyer, employee)."""
    names = EMPLOYEE if kind == "employee" else BUYER
    said = [frozenset(WORD.findall(text)) for text in fold_all(texts).texts]
    words = sorted(frozenset().union(*said)) if said else []
    of = {name: frozenset(word for word in words if _finder(name).fullmatch(word)) for name in names}
    found: dict[str, Flags] = {}
    for name, known in of.items():
        found[name] = np.array([not known.isdisjoint(one) for one in said], dtype=bool)
    return pd.DataFrame(found, columns=list(names))


def spoken(texts: pd.DataFrame) -> "pd.Series[str]":
    """The aspects that texts speak of (columns text, author); the index is the text's, once for each aspect."""
    found = []
    for author, rows in texts.groupby("author", sort=True):
        flags = aspects(rows["text"], str(author)).set_axis(rows.index)
        found += [pd.Series(name, index=rows.index[flags[name]], dtype=object) for name in flags]
    told: pd.Series[str] = pd.concat(found) if found else pd.Series(dtype=object)
    return told


@cache
def _finder(name: str) -> re.Pattern[str]:
    """What matches a word of the aspect."""
    words = yaml.safe_load(Path(__file__).with_name("aspects.yaml").read_text(encoding="utf-8"))[name].split()
    return re.compile("|".join(re.escape(word).replace(r"\*", r"[a-z0-9'-]*") for word in words))
