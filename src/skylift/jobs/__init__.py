"""How it runs: a JobSpec becomes a request, a service runs it, a watch yields its events."""
