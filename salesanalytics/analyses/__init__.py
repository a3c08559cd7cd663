"""Questions of sales management, a folder per stage and a module per question: tables and a day in, a frozen `Result` out.

Nothing in here plots, reads a file or looks at the clock. What happened after ``as_of`` is not known to any of it.
"""
