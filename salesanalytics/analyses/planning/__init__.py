"""Stage 1, planning: goals, territories, leads with marketing, re-planning."""
