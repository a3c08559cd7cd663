"""Territories: which account belongs to whom, so that work is evenly split and the fewest accounts change hands.

In: our tables, or any frames of accounts and reps. Out: a balanced assignment with a certified gap, places to sit, findings.
"""

from salesanalytics.analyses.territory.balance import Balance, Spread, balance
from salesanalytics.analyses.territory.pmedian import home_bases, p_median

__all__ = ["Balance", "Spread", "balance", "home_bases", "p_median"]
