"""How the answers about all teams look."""
