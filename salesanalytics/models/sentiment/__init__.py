"""Whether texts of buyers and employees are positive or negative, and what share of a group's are.

Start reading at `estimator`: a classifier of single texts. `prevalence` turns its scores into shares that are right on average,
`drift` says when texts are no longer like those it was fitted on.
"""
