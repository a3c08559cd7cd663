"""The command line: words in, calls of the rooms below, an exit code out."""
