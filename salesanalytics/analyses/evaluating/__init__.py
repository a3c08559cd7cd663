"""Stage 5, evaluating: where deals are lost in the funnel, and to what."""
