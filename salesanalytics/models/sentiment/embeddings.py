"""Sentence embeddings beside words, for who has a model in a folder: the extra `salesanalytics[embeddings]`.

In: folded texts, so that accents and case change nothing here either. Out: one vector of length 1 per text, and what labels
teach about vectors. Where few labels name the words, neighbours in meaning still help; where there are many, held-out texts say
how much vectors count beside words (`stack`). Nothing is ever downloaded.
"""

from collections.abc import Sequence
from pathlib import Path
from typing import Protocol, TypeAlias

import numpy as np
from sklearn.linear_model import LogisticRegression

from salesanalytics.base.types import Floats, Ints
from salesanalytics.errors import TextError
from salesanalytics.models.sentiment.stack import log_loss

STRENGTHS = (0.3, 3.0, 30.0)  # the inverse of the penalty's (scikit-learn's C)
SMALLEST = 1e-9


class Encoder(Protocol):
    """What makes vectors of texts, as model2vec's and sentence-transformers' models do."""

    def encode(self, texts: list[str], /) -> object: ...  # (texts, dimensions), in whatever array the library has


Embeddings: TypeAlias = str | Path | Encoder | None
"""A folder with a model saved by model2vec, or anything with `encode`, or nothing."""


def encoder(embeddings: str | Path | Encoder) -> Encoder:
    """The model in a folder. Raises TextError where there is none, it cannot be read, or the extra is not installed."""
    if not isinstance(embeddings, str | Path):
        if not callable(getattr(embeddings, "encode", None)):
            kind = type(embeddings).__name__
            raise TextError(f"embeddings is {kind}; expected the folder of a model, or an object with encode(texts).")
        return embeddings
    folder = Path(embeddings)
    if not folder.is_dir():
        raise TextError(
            f"embeddings names {str(embeddings)!r}, where no folder is; expected the folder of a model saved by model2vec. "
            "Models are not downloaded: copy one there, or leave embeddings out."
        )
    try:
        from model2vec import StaticModel
    except ImportError as error:
        raise TextError(
            "embeddings are asked for and model2vec is not installed; expected the extra. "
            "Install it with: pip install 'salesanalytics[embeddings]'"
        ) from error
    try:
        return StaticModel.from_pretrained(folder)
    except Exception as error:  # the library lets whatever its files' readers raise pass
        raise TextError(
            f"{folder} holds no model that model2vec can read ({type(error).__name__}: {error}); expected config.json, "
            "tokenizer.json and model.safetensors. Save one there with StaticModel.save_pretrained."
        ) from error


def vectors(model: Encoder, folded: Sequence[str]) -> Floats:
    """(texts, dimensions), each of length 1; zeros where the model knows no word. Raises TextError where it is no vector."""
    if not len(folded):
        return np.zeros((0, 0))
    found = np.asarray(model.encode(list(folded)), dtype=np.float64)
    if found.ndim != 2 or len(found) != len(folded) or not np.isfinite(found).all():
        raise TextError(
            f"encode gave {'numbers that are not finite' if found.shape[:1] == (len(folded),) else f'shape {found.shape}'} for "
            f"{len(folded)} texts; expected one vector of finite numbers per text. Choose another model for embeddings."
        )
    length = np.linalg.norm(found, axis=1, keepdims=True)
    return np.asarray(np.where(length > SMALLEST, found / np.maximum(length, SMALLEST), 0.0))


def learned(found: Floats, positive: Floats, fold: Ints) -> tuple[LogisticRegression, Floats]:
    """What labels teach about vectors, and the logit of each labelled text by a model of the other folds."""
    tried = {strength: _held_out(found, positive, fold, strength) for strength in STRENGTHS}
    losses = [log_loss(positive, 1 / (1 + np.exp(-logit))) for logit in tried.values()]
    best = STRENGTHS[int(np.argmin(losses))]
    return _regression(found, positive, best), tried[best]


def _held_out(found: Floats, positive: Floats, fold: Ints, strength: float) -> Floats:
    logit = np.zeros(len(positive))
    for number in range(fold.max() + 1):
        held = fold == number
        logit[held] = _regression(found[~held], positive[~held], strength).decision_function(found[held])
    return logit


def _regression(found: Floats, positive: Floats, strength: float) -> LogisticRegression:
    return LogisticRegression(C=strength, max_iter=1_000).fit(found, positive)
