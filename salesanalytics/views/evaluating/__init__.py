"""How the answers of evaluating look."""
