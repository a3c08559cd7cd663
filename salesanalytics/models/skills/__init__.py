"""How able people are, from scores that hold luck: graded scores on several scales, and tests that are passed or failed."""
