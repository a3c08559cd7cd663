"""Where figures will land: forecasts, and how right such forecasts were before.

series            many series together → means, ranges, methods        the entrance: `forecast_series`
backtest          the same at past origins → error and coverage by period ahead
bookings          monthly bookings per team and company; where the year lands
─ of these consist of
prepare           a history becomes whole runs on an even calendar
models            one series by itself: theta + exponential smoothing, or something simpler
rolling           the same methods at past origins: errors, and whether there is any skill
reconcile         forecasts that add up over a hierarchy
conformal         ranges from past errors
score             every measure of error, defined once

landing           where the running period ends, from its open deals   the entrance: `landing`
landing_backtest  the same in the weeks of past periods, against what came
calls             what reps and managers expect, corrected by how far off they were before
─ of these consist of
book              every deal as it stood on any past day
hazards           chances to be won or lost by the period's end
shock             what all deals of a period share, and business not yet opened
"""
