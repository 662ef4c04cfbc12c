"""A project that has no config yet: what is understood of it, and the config written for it."""
