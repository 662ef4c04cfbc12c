"""AWS on this machine: moto behind the API, a real registry, and jobs that the emulator really runs."""
