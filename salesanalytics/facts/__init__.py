"""What several questions rest on: people, deals in their stages, quotas, targets. Tidy rows; no findings."""
