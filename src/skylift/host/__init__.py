"""This machine: files, processes, clock, TOML, redaction."""
