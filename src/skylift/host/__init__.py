"""This machine: files, ignore rules, processes, clock, redaction."""
