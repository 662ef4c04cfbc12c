"""What can be found wrong with a project before anything runs. Each check is a small function in a table."""
