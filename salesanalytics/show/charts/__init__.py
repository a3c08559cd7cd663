"""The charts of the house, one module per form: a tidy, already aggregated frame in, a Figure block out.

Every form takes `words` (the reader's language), a `title` that is the finding as a sentence, and an `alt` text. An empty
frame gives a Nothing block. Missing and infinite numbers leave a gap, never an error and never a false zero.
"""
