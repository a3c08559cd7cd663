"""Words that a company's own texts teach without labels: those that go with texts the prior is sure of.

In: texts as read. Out: per text the log-odds that its words give, which says something of texts in which the prior knows no
word. The prior's sure verdicts stand for labels, as where lexicons are grown (Turney 2002): some of them are wrong, so a term
has to be met in five texts, and counts half until labels say better (`stack.BEFORE`).
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from salesanalytics.base.types import Flags, Floats
from salesanalytics.models.sentiment.reading import READ, Texts, by_language
from salesanalytics.models.sentiment.words import terms

SURE = 0.4  # lean, either way
LEAST = 100  # different sure texts of each side and language
MOST = 5_000  # of each side and language that are learned from
MET = 5
FURTHEST = 4.0
LEAST_SPREAD = 1e-3  # texts that are all of one build have none


@dataclass(frozen=True, slots=True, eq=False)
class OwnWords:
    """Of one language: log ratio per term, and what turns a text's ratios into log-odds (`middle`, `slope`)."""

    ratio: dict[str, float]
    middle: float
    slope: float

    def log_odds(self, listed: Sequence[list[str]]) -> Floats:
        """Per text's terms, from −4 to 4; 0 where no term is known."""
        ratios = _ratios_of(listed, self.ratio)
        return np.where(np.isnan(ratios), 0.0, np.clip((ratios - self.middle) * self.slope, -FURTHEST, FURTHEST))


def learn_own_words(read: Texts, seed: int) -> dict[str, OwnWords]:
    """By language, without those in which too few texts lean clearly."""
    found = {name: _learn(read, np.asarray(read.language == name), seed) for name in READ}
    return {name: one for name, one in found.items() if one is not None}


def own_log_odds(listed: Sequence[list[str]], language: np.ndarray, own: dict[str, OwnWords]) -> Floats:
    """(texts,): log-odds by own words of each text's terms, 0 where the language has none."""
    return by_language(listed, language, {name: words.log_odds for name, words in own.items()})


def _learn(read: Texts, here: Flags, seed: int) -> OwnWords | None:
    lean = read.prior[:, 0]
    sides = [_different(read.folded, np.flatnonzero(here & sure), seed) for sure in (lean <= -SURE, lean >= SURE)]
    if min(len(one) for one in sides) < LEAST:
        return None
    low, high = _held_out(sides)
    if not high.mean() > low.mean():
        return None
    slope = (high.mean() - low.mean()) / max((low.var() + high.var()) / 2, LEAST_SPREAD)
    return OwnWords(_ratios(sides), float(low.mean() + high.mean()) / 2, float(slope))


def _different(folded: list[str], rows: np.ndarray, seed: int) -> list[list[str]]:
    """The terms of each text once, in an order of chance, of at most so many texts."""
    texts = np.unique(np.array([folded[row] for row in rows], dtype=object))
    return [terms(one) for one in np.random.default_rng(seed).permutation(texts)[:MOST]]


def _held_out(sides: list[list[list[str]]]) -> list[Floats]:
    """Of negative and of positive texts, ratios by words from the other half of the texts."""
    found: list[list[Floats]] = [[], []]
    for half in (0, 1):
        ratio = _ratios([one[1 - half :: 2] for one in sides])
        for side in (0, 1):
            found[side].append(np.nan_to_num(_ratios_of(sides[side][half::2], ratio)))
    return [np.concatenate(one) for one in found]


def _ratios(sides: list[list[list[str]]]) -> dict[str, float]:
    """Per term, the log of how much oftener positive texts hold it than negative ones."""
    less, more = (Counter(term for one in side for term in set(one)) for side in sides)
    met = [term for term in less.keys() | more.keys() if less[term] + more[term] >= MET]
    of_less, of_more = (sum(count[term] + 1 for term in met) for count in (less, more))
    return {term: float(np.log((more[term] + 1) / of_more * of_less / (less[term] + 1))) for term in sorted(met)}


def _ratios_of(listed: Sequence[list[str]], ratio: dict[str, float]) -> Floats:
    """Per text the sum of its terms' ratios over the root of their number; NaN where no term is known."""
    found = np.full(len(listed), np.nan)
    for place, one in enumerate(listed):
        known = [ratio[term] for term in set(one) if term in ratio]
        if known:
            found[place] = sum(sorted(known)) / np.sqrt(len(known) + 1)
    return found
