"""How one cell is read: text, numbers, days and moments, each in a stated form or not at all."""
