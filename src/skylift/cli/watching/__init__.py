"""How a run is watched: on a terminal with a live footer, elsewhere as plain lines."""
