"""Which text to ask about next, and how well people agree.

In: texts with their scores, and decisions. Out: ids in the order to ask. Seven of ten are texts the model is least sure of
(uncertainty sampling; Lewis and Gale 1994), which teach most; three of ten are drawn by chance, because only those say how
often it errs. Every tenth is one that somebody has decided, asked again, so that agreement can be told (Cohen 1960).
"""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from salesanalytics.labelling.store import AS_NUMBER

UNSURE, AGAIN, BLOCK = 7, 10, 10  # of ten; every tenth
LEAST = 10  # texts decided twice, before agreement is told


@dataclass(frozen=True, slots=True)
class Agreement:
    """`kappa` (1: always alike, 0: as by chance) of `n` texts decided twice, with its 95% interval."""

    n: int
    kappa: float
    low: float
    high: float


def ask_next(texts: pd.DataFrame, decisions: pd.DataFrame, by: str, count: int, seed: int = 0) -> list[str]:
    """Ids of up to `count` texts. `texts`: feedback_id, text, chance; a text that stands there several times is asked once."""
    mine = set(decisions.loc[decisions["by"] == by, "feedback_id"])
    known = set(decisions["feedback_id"])
    one_each = texts.drop_duplicates("text")
    fresh = one_each[~one_each["feedback_id"].isin(known) & one_each["chance"].notna()]
    draw = np.random.default_rng(seed + len(decisions))
    unsure = fresh.assign(away=(fresh["chance"] - 0.5).abs()).sort_values(["away", "feedback_id"])["feedback_id"].to_list()
    by_chance = draw.permutation(fresh["feedback_id"].to_numpy()).tolist()
    again = draw.permutation(sorted(known - mine) or sorted(mine)[: len(mine) // 2]).tolist()
    asked: list[str] = []
    for at in range(len(decisions), len(decisions) + count):
        place = at % BLOCK
        fresh_first = [unsure, by_chance] if place < UNSURE else [by_chance, unsure]
        sources = [again, *fresh_first] if place == AGAIN - 1 else fresh_first
        chosen = next((one for source in sources for one in source if one not in asked), None)
        if chosen is None:
            break
        asked.append(str(chosen))
    return asked


def agreement(decisions: pd.DataFrame) -> Agreement | None:
    """Of each text decided twice the first and the last decision, "neither" left out; None with fewer than ten."""
    known = decisions.assign(number=decisions["label"].map(AS_NUMBER)).dropna(subset=["number"])
    twice = known.groupby("feedback_id")["number"].agg(["first", "last", "size"])
    twice = twice[twice["size"] > 1]
    n = len(twice)
    if n < LEAST:
        return None
    one, other = twice["first"].to_numpy(), twice["last"].to_numpy()
    alike, p, q = float((one == other).mean()), float(one.mean()), float(other.mean())
    chance = p * q + (1 - p) * (1 - q)
    if chance == 1:
        return Agreement(n, 1.0, 1.0, 1.0)
    kappa = (alike - chance) / (1 - chance)
    half = 1.96 * float(np.sqrt(alike * (1 - alike) / n)) / (1 - chance)
    return Agreement(n, kappa, max(kappa - half, -1.0), min(kappa + half, 1.0))
