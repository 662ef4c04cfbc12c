"""What a project's files say of how its programs are started: read, weighed elsewhere."""
