"""The program that starts inside a training job and launches the user's code.

Standard library only, Python 3.8 or newer, and never an import of ``skylift``: it travels into
images and environments that know nothing of the client.
"""

__version__ = "0.1.0"
