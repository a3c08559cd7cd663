"""Stage 2, recruiting: who leaves, who comes up to speed, whom to hire."""
