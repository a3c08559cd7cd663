"""Territories: which account belongs to whom, so that work is evenly split and the fewest accounts change hands.

In: our tables, or any frames of accounts and reps. Out: a balanced assignment with a certified gap, places to sit, findings.
"""

from salesanalytics.analyses.territory.balance import Balance, Spread, balance
from salesanalytics.analyses.territory.inputs import Inputs, inputs
from salesanalytics.analyses.territory.pmedian import home_bases, p_median
from salesanalytics.analyses.territory.territories import Territories, territories

__all__ = ["Balance", "Inputs", "Spread", "Territories", "balance", "home_bases", "inputs", "p_median", "territories"]
