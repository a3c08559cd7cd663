"""How much there is to sell in each territory.

True effect: a seller opens opportunities in proportion to (potential / the team's mean potential) ** 0.4, whoever it is.
Territories are unbalanced on purpose and each holds one seller. A naive ranking of reps praises those who were handed good
land.
"""

from typing import Any

import numpy as np
from numpy.typing import NDArray

ELASTICITY = 0.4
SPREAD = 0.55


def potential(team: NDArray[np.int64], rng: np.random.Generator) -> NDArray[np.float64]:
    """Yearly market potential of each territory in the base currency; the first of every team is the fat one."""
    value = 2.4e6 * rng.lognormal(0, SPREAD, len(team))
    _, first = np.unique(team, return_index=True)
    value[first] *= 2.2
    return np.asarray(np.round(value, -4))


def advantage(potential: NDArray[np.float64], team: NDArray[np.int64]) -> NDArray[np.float64]:
    """Factor on opportunities opened, 1 on average in each team."""
    raw = (potential / _mean(potential, team)[team]) ** ELASTICITY
    return np.asarray(raw / _mean(raw, team)[team])


def _mean(values: NDArray[np.float64], team: NDArray[np.int64]) -> NDArray[np.float64]:
    return np.asarray(np.bincount(team, values) / np.maximum(np.bincount(team), 1))


def truth(ids: list[str], teams: list[str], potential: NDArray[np.float64], factor: NDArray[np.float64]) -> dict[str, Any]:
    """What is planted about territories."""
    rows = zip(ids, teams, potential.tolist(), factor.tolist(), strict=True)
    spread = potential.std() / potential.mean() if len(potential) else 0.0
    return {
        "unit": "factor on opportunities opened by the territory's seller, 1 = the team's average",
        "elasticity_of_potential": ELASTICITY,
        "coefficient_of_variation_of_potential": float(spread),
        "territories": {one: {"team": team, "potential": value, "factor": times} for one, team, value, times in rows},
        "naive": "bookings per rep, not divided by the territory's factor, rank the land and not the people",
    }
