"""What all teams together do."""
