"""How the answers of the dashboard look."""
