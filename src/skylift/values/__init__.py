"""Frozen types that cross rooms, and the ports that adapters satisfy. No I/O."""
