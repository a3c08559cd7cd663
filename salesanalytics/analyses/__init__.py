"""Questions of sales management, one module each: tidy frames and an ``as_of`` date in, a frozen result out.

Nothing in here plots, reads a file or looks at the clock. What happened after ``as_of`` is not known to any of it.
"""
