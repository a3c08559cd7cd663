"""Someone's exports become our tables, or one report of all that is wrong with them."""
