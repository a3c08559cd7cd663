"""How many leave, where from, what goes with it, what it costs, and which deals it puts at risk.

Everything starts from `facts.leaving.Staff`. Aggregates only: no function returns anything about one person.
"""
