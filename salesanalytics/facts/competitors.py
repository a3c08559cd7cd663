"""Against whom deals were sold: one row per deal and competitor, for a deal has several.

In: `opportunity`, whose competitors stand in one text, set apart by a semicolon, a bar, a new line or a comma. Out: names in
the spelling most owners use; words that say there was none are none.
"""

import re

import pandas as pd

from salesanalytics.facts.spelling import one_spelling

APART = re.compile(r"\s*[;|\n\r,]\s*")
NOBODY = {"", "none", "no", "n/a", "na", "-", "–", "nobody", "no competitor", "niciunul", "nimeni", "fără", "fara", "nu"}


def competitors(deals: pd.DataFrame) -> pd.DataFrame:
    """One row per deal and competitor it names: opportunity_id, competitor. Named twice in a deal counts once."""
    named = deals.loc[deals["competitor"].notna(), ["opportunity_id", "competitor"]]
    each = named["competitor"].map(lambda text: APART.split(str(text).strip()))
    rows = named.assign(competitor=each.astype(object)).explode("competitor")
    rows = rows[~rows["competitor"].str.casefold().isin(NOBODY)]
    return rows.assign(competitor=one_spelling(rows["competitor"])).drop_duplicates(ignore_index=True)
