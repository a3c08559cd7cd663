"""What every room may use: calendar, findings and results, team identity, files, names. Knows nothing of sales tables."""
