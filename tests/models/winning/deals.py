"""Deals whose chances are known, for the tests of this folder."""

import numpy as np
import pandas as pd
from scipy.special import expit


def deals(n: int = 600, signal: float = 1.0, seed: int = 0) -> tuple[pd.DataFrame, np.ndarray, np.ndarray]:
    """Columns, outcomes and true chances. `segment` and `size` tell, `echo` goes with `size`, `owner` and `luck` are noise."""
    rng = np.random.default_rng(seed)
    size = rng.normal(size=n)
    table = pd.DataFrame(
        {
            "segment": rng.choice(["retail", "bank", "health"], n),
            "size": size,
            "echo": size + rng.normal(0, 0.5, n),
            "owner": rng.choice([f"rep {at}" for at in range(8)], n),
            "luck": rng.poisson(3, n).astype(float),
        }
    )
    shift = table["segment"].map({"retail": 0.0, "bank": 1.2, "health": -1.2}).to_numpy(float)
    chance = expit(signal * (shift + 1.5 * size))
    return table, (rng.random(n) < chance).astype(int), chance
