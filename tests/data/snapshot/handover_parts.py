"""Tables as the company's notebook hands them over, with columns as declared and nothing to say."""

import pandas as pd

from salesanalytics.data.snapshot.handover import HANDOVER


def table(name: str, values: list[float], **columns: list[str]) -> pd.DataFrame:
    """A table of the handover whose columns all hold `values`, but for those given."""
    return pd.DataFrame({column: columns.get(column, values) for column in HANDOVER[name].columns})
