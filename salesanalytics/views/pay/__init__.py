"""Stage 7, pay: its answers as blocks."""
