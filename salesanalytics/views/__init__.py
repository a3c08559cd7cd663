"""How an answer looks: the folders and files of `analyses`, each `view(result, words)` → blocks. Never computes."""
