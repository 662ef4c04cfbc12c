"""``python -m skylift_runtime train``, or ``python <this folder> train``, as an image's entry point does."""

import os
import sys

if not __package__:
    # Started as a folder: Python has put the folder itself first, where our modules could be mistaken
    # for others of the same name.
    sys.path[0] = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))

from skylift_runtime.start import main

if __name__ == "__main__":
    sys.exit(main())
