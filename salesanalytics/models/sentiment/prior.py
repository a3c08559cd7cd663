"""How a text leans before anybody has labelled one: VADER's scores (Hutto and Gilbert 2014) for English.

In: folded texts and their languages. Out: one row per text. Romanian has no lexicon yet and leans nowhere.
"""

from collections.abc import Sequence
from functools import cache
from typing import TYPE_CHECKING

import numpy as np

from salesanalytics.base.types import Floats

if TYPE_CHECKING:
    from vaderSentiment.vaderSentiment import SentimentIntensityAnalyzer


def lean(texts: Sequence[str], languages: Sequence[str]) -> Floats:
    """(texts, 3): lean from −1 to 1, summed strength of the positive and of the negative words; 0 where unknown."""
    found = np.zeros((len(texts), 3))
    for place, (text, language) in enumerate(zip(texts, languages, strict=True)):
        if language == "en":
            scores = _vader().polarity_scores(text)
            found[place] = scores["compound"], scores["pos"] * len(text.split()), scores["neg"] * len(text.split())
    return found


@cache
def _vader() -> "SentimentIntensityAnalyzer":
    from vaderSentiment.vaderSentiment import SentimentIntensityAnalyzer

    return SentimentIntensityAnalyzer()
