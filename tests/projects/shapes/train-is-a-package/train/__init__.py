"""Everything about training."""
