"""Leaders' mail: the brief of a page as a letter, to whom it goes, and what became of it."""
