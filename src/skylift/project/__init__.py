"""What the user has: config, entry point, arguments, the files that ship, the revision."""
