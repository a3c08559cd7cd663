"""A second world, in which what pages promise is held against what comes: it shares no code, shape or number with the demo.

company.py    one team's deals, people and quotas over four years, with their change log, as files of a source
promises.py   what pages state on past days, and what came
"""
