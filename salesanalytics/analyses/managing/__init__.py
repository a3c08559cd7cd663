"""Stage 4, managing: what each rep and the team need next."""
