"""Stage 7, pay: the view of each question."""
