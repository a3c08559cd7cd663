"""How long people stay: curves, comparisons and hazards for people who are met late and leave for several reasons.

Start reading at `spells`: every function takes `Spells`. Who is met late (hired before the records begin) is at risk only from
then on; who is still there has not stayed for good.
"""
