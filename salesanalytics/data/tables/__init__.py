"""Our tables: what they hold, what was known of them on a day, and which team's a row is."""
