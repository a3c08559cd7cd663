"""Stage 7, pay: what plans cost and what incentives do."""
