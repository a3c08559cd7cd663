"""Why deals are won: chances, what goes with winning, what cannot have been known, and what changed between two periods.

In: one row per closed deal. Out: `win_probability.WinProbability` (a classifier that falls back to the base rate and says so),
`leakage.leakage` (columns that only exist, or only vary, once the deal is over), `drivers.drivers` and `bands.bands`,
`change.change_of_won`. What they say is association: who gets which price is not drawn by lot.
"""
