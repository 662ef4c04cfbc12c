"""Started as ``python bootstrap.py KIND TARGET ARGUMENTS…``: makes way for the user's entry point."""

import os
import sys

if __name__ == "__main__":
    # Python puts a script's folder first, unless it was told not to (PYTHONSAFEPATH). The folder is ours,
    # and the user's code is not to find our modules under their short names.
    _SAFE = bool(getattr(sys.flags, "safe_path", False))
    if not _SAFE:
        del sys.path[0]
    sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
    from skylift_runtime.entry import run

    del sys.path[0]
    run(sys.argv[1:], safe_path=_SAFE)
