"""Territories: which account belongs to whom, so that work is evenly split and the fewest accounts change hands.

In: our tables, or any frames of accounts and reps. Out: a balanced assignment with a certified gap.
"""
