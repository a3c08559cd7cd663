"""Stage 4, managing: its answers as blocks."""
