"""Whether what a buyer wrote before a deal was opened helps to tell if it is won: yes or no, on deals not seen.

In: deals as they were opened, and texts with their scores. Out: how much log loss a model saves that also knows how the
account's earlier texts sounded, against one that knows all else; both by folds of accounts, the same for both.
"""

from dataclasses import dataclass
from datetime import date
from typing import Literal

import numpy as np
import pandas as pd
from scipy import stats

from salesanalytics.analyses.evaluating.win_drivers import Learnt, learnt_from
from salesanalytics.base.calendar import trailing_year
from salesanalytics.base.finding import Evidence, Finding, Says, Subject
from salesanalytics.base.result import Result
from salesanalytics.base.types import Floats, Tables
from salesanalytics.data.tables.as_of import known_on
from salesanalytics.facts.written_answers import written_answers
from salesanalytics.models.winning.folds import clustered, groups_of
from salesanalytics.models.winning.verdict import log_loss
from salesanalytics.models.winning.win_probability import WinProbability

Word = Literal["yes", "no", "unknown"]
LEAST = 100  # closed deals of accounts that had written before
LEVEL = 0.95
FORECAST: tuple[Subject, str] = ("forecast", "")


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class SentimentAdds(Result):
    """`word`: yes, no or unknown. `deals`: closed deals of accounts that had written before; `saved`: log loss per such deal
    with low and high (95%, by account); missing where too few. `table`: one row with these.
    """

    word: Word
    deals: int
    saved: float
    low: float
    high: float


def sentiment_adds(tables: Tables, texts: pd.DataFrame, *, as_of: date, seed: int = 0) -> SentimentAdds:
    """`texts`: the table of that name of `Sentiment`: feedback_id and chance."""
    tables = known_on(tables, as_of)
    known = learnt_from(tables, as_of, seed)
    saved = low = high = np.nan
    number = 0
    if known is not None:
        said = written_answers(tables).merge(texts[["feedback_id", "chance"]], on="feedback_id")
        mood = mood_before(known.rows, said)[known.closed]
        number = int(np.isfinite(mood).sum())
        if number >= LEAST:
            saved, low, high = _saved(known, mood, seed)
    word: Word = "unknown" if saved != saved else "yes" if low > 0 else "no"
    table = pd.DataFrame([{"word": word, "deals": number, "saved": saved, "low": low, "high": high}])
    found = SentimentAdds(
        as_of=as_of, period=trailing_year(as_of), table=table, word=word, deals=number, saved=saved, low=low, high=high
    )
    evidence = Evidence(number, "closed_deals")
    says: Says = "record" if word == "unknown" else "keep"
    return found.saying(Finding(f"sentiment_adds.{word}", "watch", {"n": number}, evidence, about=FORECAST, says=says))


def mood_before(rows: pd.DataFrame, texts: pd.DataFrame) -> Floats:
    """Mean chance of positive of the account's own texts up to the day before each deal was opened; missing without any."""
    said = texts[(texts["author"] == "buyer") & texts["chance"].notna() & texts["account_id"].notna()].sort_values("on")
    so_far = said.groupby("account_id")["chance"].expanding().mean().droplevel(0).reindex(said.index)
    said = said.assign(mood=so_far).drop_duplicates(["account_id", "on"], keep="last")[["account_id", "on", "mood"]]
    asked = rows[["account_id", "created_on"]].reset_index().dropna().sort_values("created_on")
    said = said.astype({"on": asked["created_on"].dtype, "account_id": asked["account_id"].dtype})
    found = pd.merge_asof(
        asked, said.sort_values("on"), left_on="created_on", right_on="on", by="account_id", allow_exact_matches=False
    )
    return np.asarray(found.set_index("index")["mood"].reindex(rows.index), dtype=np.float64)


def _saved(known: Learnt, mood: Floats, seed: int) -> tuple[float, float, float]:
    """Log loss that the mood saves per deal that has one, with its interval over accounts."""
    table = known.rows.loc[known.closed, list(known.used)].assign(mood=mood)
    richer = WinProbability(seed=seed, known_from={**known.known_from, "mood": "creation"})
    richer.fit(table, known.won, groups=known.account)
    there = np.isfinite(mood)
    saved = (log_loss(known.won, known.model.held_out_) - log_loss(known.won, richer.held_out_))[there]
    mean, error, groups = clustered(saved, groups_of(known.account[there], len(saved)))
    half = float(stats.t.ppf((1 + LEVEL) / 2, groups - 1)) * error
    return mean, mean - half, mean + half
