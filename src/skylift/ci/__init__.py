"""How a team uses it: one model of a pipeline, written in each vendor's words."""
