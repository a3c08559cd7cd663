"""Names for the shapes that pass between rooms. For rooms that have pandas anyway: the run and the command line do not."""

from collections.abc import Mapping
from typing import TypeAlias

import numpy as np
import pandas as pd
from numpy.typing import NDArray

Tables: TypeAlias = Mapping[str, pd.DataFrame]
"""Our tables by name (see `data.tables.schema`)."""
Floats: TypeAlias = NDArray[np.float64]
Ints: TypeAlias = NDArray[np.int64]
Flags: TypeAlias = NDArray[np.bool_]
