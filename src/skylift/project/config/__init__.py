"""The config: its keys and layers, where it lies, what it means."""
