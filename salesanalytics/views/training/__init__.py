"""Stage 3, training: blocks made from its answers."""
