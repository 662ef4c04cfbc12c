"""The only caller of two rooms: plan, execute, supervise, recover. Its face is the Python API."""
