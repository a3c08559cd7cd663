"""Where figures will land: forecasts, and how right such forecasts were before.

series            many series together → means, ranges, methods        the entrance: `forecast_series`
backtest          the same at past origins → error and coverage by period ahead
─ of these consist of
prepare           a history becomes whole runs on an even calendar
single_series     one series by itself: theta + exponential smoothing, or something simpler
rolling           the same methods at past origins: errors, and whether there is any skill
reconcile         forecasts that add up over a hierarchy
conformal         ranges from past errors
score             every measure of error, defined once

hazards           chances of deals to be won or lost by the period's end        the entrance: `deal_hazards`
period_end        what a period still has to bring on a day, and draws of it     the entrance: `period_end_inputs`
─ of these consist of, each looking only at those above it
book              every deal as it stood on any past day
cells             chances by weeks left, stage, expected close, amount and time in stage
panel             what became of the deals of every past week
shock             what all deals of a period share, and business not yet opened
"""
