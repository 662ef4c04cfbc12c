"""The values that one run gives them: read, checked by type, put on the wire."""
