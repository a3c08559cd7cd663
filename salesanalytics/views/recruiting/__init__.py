"""Stage 2, recruiting: its answers as blocks."""
