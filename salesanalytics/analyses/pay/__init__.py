"""Stage 7, pay: a file per question."""
