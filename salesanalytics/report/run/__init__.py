"""A run from its lock to its last page: what is made, what is used again, what the ledger says."""
