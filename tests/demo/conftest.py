"""One demo company for all tests here; it takes about a second to make."""

from dataclasses import dataclass
from typing import Any

import pandas as pd
import pytest

from salesanalytics.data.tables.teams import deal_team, spans
from salesanalytics.demo import DEFAULT_AS_OF, build_demo


@dataclass(frozen=True)
class Company:
    """Tables and truth, with a few joins that many tests want."""

    tables: dict[str, pd.DataFrame]
    truth: dict[str, Any]

    @property
    def as_of(self) -> pd.Timestamp:
        return pd.Timestamp(self.truth["settings"]["as_of"])

    @property
    def deals(self) -> pd.DataFrame:
        """opportunity with its team, the calendar day it closed, and the customer's segment."""
        deals = self.tables["opportunity"]
        segment = self.tables["account"].set_index("account_id")["segment"]
        return deals.assign(
            team=deal_team(deals, spans(self.tables), self.as_of.date(), "UTC"),
            closed_on=deals["closed_at"].dt.tz_localize(None).dt.normalize(),
            segment=deals["account_id"].map(segment),
        )

    @property
    def moves(self) -> pd.DataFrame:
        """Rows of the history about stages."""
        history = self.tables["opportunity_history"]
        return history[history["field"] == "stage"]


@pytest.fixture(scope="session")
def company() -> Company:
    """The default company."""
    return Company(*build_demo(as_of=DEFAULT_AS_OF))


@pytest.fixture(scope="session")
def large() -> Company:
    """Three times as many people, where counting needs numbers."""
    return Company(*build_demo(seed=11, reps=180))
