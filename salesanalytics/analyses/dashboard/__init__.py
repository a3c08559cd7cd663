"""Stage 6, the dashboard: progress against goals, and where the period lands."""
