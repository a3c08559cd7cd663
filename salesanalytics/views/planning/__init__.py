"""How the answers of planning look."""
