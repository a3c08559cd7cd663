"""Stage 3, training: which stages and skills are weak, and which training helped."""
