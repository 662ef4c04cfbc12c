"""The only HTTP speaker: an OCI distribution client, docker's credentials, and downloads."""
