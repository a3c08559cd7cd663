"""What the company tells each team about what its buyers and employees write, and about turns of all teams together.

In: `Sentiment` of the whole company. Out: two tables of the handover, each row for one team. A turn of all teams together is
told where buyers of so many teams wrote of the group that no team's can be worked out.
"""

import numpy as np
import pandas as pd

from salesanalytics.analyses.company.pooling import may_be_told
from salesanalytics.analyses.evaluating.sentiment import SHARES, WHOLE, Sentiment
from salesanalytics.models.sentiment.turns import TURNS

GROUP = ["author", "by", "group"]


def sentiment_shares(found: Sentiment) -> pd.DataFrame:
    """One row per team and group: the columns of `Sentiment.table`."""
    return found.table[found.table["team_id"] != WHOLE][SHARES].reset_index(drop=True)


def sentiment_turns(found: Sentiment) -> pd.DataFrame:
    """One row per team and turn, the team's own and those of all teams together (`whole`): the columns of `Sentiment.turns`."""
    shares, turns = sentiment_shares(found), found.turns
    own = turns[turns["team_id"] != WHOLE].assign(whole=False)
    behind = {key: may_be_told(rows["texts"].astype(int).tolist()) for key, rows in shares.groupby(GROUP)}
    together = turns[turns["team_id"] == WHOLE]
    kept = [behind.get(key, False) for key in zip(*(together[name] for name in GROUP), strict=True)]
    told = together[np.array(kept, dtype=bool)]
    teams = pd.DataFrame({"team_id": shares["team_id"].unique()})
    for_each = teams.merge(told.drop(columns="team_id"), how="cross").assign(whole=True)
    return pd.concat([own, for_each], ignore_index=True)[[*TURNS, "whole"]]
