"""Statistics that several analyses share; each function takes plain arrays and knows nothing of sales."""
