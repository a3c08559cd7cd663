"""Two models of the chance to win and how much each is worth listening to.

In: encoded rows and outcomes. Out: `Pair`, whose logits are those of a ridge logistic regression and of gradient boosted trees.
`blend` finds, on rows the pair has not seen, the weights (0 or more) that make the chances come true (stacking, Wolpert 1992;
weights below 1 draw a model that is too sure towards the base rate, Platt 1999).
"""

import numpy as np
from scipy import optimize
from scipy.special import expit, log_expit, logit
from sklearn.ensemble import HistGradientBoostingClassifier
from sklearn.linear_model import LogisticRegression

from salesanalytics.base.types import Flags, Floats
from salesanalytics.models.winning.encoding import Encoded, Encoding

SUREST = 1e-4
RIDGE = 0.3  # scikit-learn's C


class Pair:
    """Both models, fitted."""

    def __init__(self, rows: Floats, words: Flags, won: Flags, seed: int, blurred: Flags | None = None) -> None:
        self.encoding = Encoding(rows, words, blurred)
        encoded = self.encoding(rows, own=True)
        self.linear = LogisticRegression(C=RIDGE, solver="newton-cholesky", max_iter=50).fit(encoded.linear, won)
        self.trees = HistGradientBoostingClassifier(
            learning_rate=0.1,
            max_iter=80,
            max_leaf_nodes=25,
            min_samples_leaf=20,
            l2_regularization=1.0,
            early_stopping=False,
            categorical_features=self.encoding.word_codes,
            random_state=seed,
        ).fit(encoded.trees, won)

    def logits(self, rows: Floats) -> Floats:
        """(rows, 2): regression, trees."""
        return self.of(self.encoding(rows))

    def of(self, encoded: Encoded) -> Floats:
        """The same of rows that are encoded already."""
        both = [self.linear.decision_function(encoded.linear), self.trees.decision_function(encoded.trees)]
        return np.asarray(np.clip(np.column_stack(both), logit(SUREST), -logit(SUREST)))


def blend(logits: Floats, won: Flags) -> Floats:
    """Intercept and the weight of each column of `logits`, by maximum likelihood."""
    design = np.column_stack([np.ones(len(logits)), logits])
    sign = np.where(won, 1.0, -1.0)

    def loss(at: Floats) -> tuple[float, Floats]:
        margin = sign * (design @ at)
        slope = -(design * (sign * expit(-margin))[:, None]).mean(axis=0)
        return -float(log_expit(margin).mean()), slope

    start = np.append(0.0, np.full(logits.shape[1], 1 / logits.shape[1]))
    free = [(None, None)] + [(0.0, None)] * logits.shape[1]
    return np.asarray(optimize.minimize(loss, start, jac=True, method="L-BFGS-B", bounds=free).x)


def chances(logits: Floats, weights: Floats) -> Floats:
    """The chance to win, from a pair's logits and `blend`'s weights."""
    return np.asarray(np.clip(expit(weights[0] + logits @ weights[1:]), SUREST, 1 - SUREST))
