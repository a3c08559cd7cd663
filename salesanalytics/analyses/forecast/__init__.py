"""Forecasts of time series and bookings, and how wrong they were.

series      many series together → means, ranges, methods        the entrance: `forecast_series`
backtest    the same at past origins → error and coverage by period ahead
bookings    monthly bookings per team and company; where the year lands
─ of these consist of
prepare     a history becomes whole runs on an even calendar
models      one series by itself: theta + exponential smoothing, or something simpler
rolling     the same methods at past origins: errors, and whether there is any skill
reconcile   forecasts that add up over a hierarchy
conformal   ranges from past errors
score       every measure of error, defined once
"""
