"""What a project needs to run: which Python, which packages, and where they come from. Read, never run."""

from skylift.project.init.needs.read import read_needs

__all__ = ["read_needs"]
