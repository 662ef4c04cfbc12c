"""``python -m skylift_runtime train``; an image's entry point starts this file, or the folder it is in."""

import gc
import os
import sys

# Nothing of what is imported can be collected: looking for it only takes time.
gc.disable()

if not __package__:
    # Unless it is isolated, Python has put our own folder first, where our modules could be mistaken for
    # others of the same name.
    _HERE = os.path.dirname(os.path.abspath(__file__))
    sys.path[:] = [os.path.dirname(_HERE), *(path for path in sys.path if os.path.abspath(path) != _HERE)]

from skylift_runtime.start import main  # noqa: E402 - only now it can be found

gc.enable()
if __name__ == "__main__":
    code = main()
    # All that we say is on stderr and written: tidying up the interpreter would be waiting for nothing.
    os._exit(code)
