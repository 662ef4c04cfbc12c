"""What an old pin asks of the rest: the Python that it has wheels for, and the NumPy that it was built with.

Nothing else says it offline, and it decides whether an old project runs at all: ``torch==1.10.0`` has no wheel for 3.11,
and no use of NumPy 2, which its metadata do not know of.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from packaging.requirements import InvalidRequirement, Requirement
from packaging.utils import canonicalize_name
from packaging.version import InvalidVersion, Version

_OLDEST = 8
_PIN = re.compile(r"(?:===?|~=)")
# The first version that has wheels for a Python, newest first.
_SINCE = {
    "torch": ((11, "1.13.1"), (10, "1.11"), (9, "1.7.1"), (8, "1.4"), (7, "0.4")),
    "torchvision": ((11, "0.14.1"), (10, "0.12"), (9, "0.8.2"), (8, "0.5"), (7, "0.2")),
    "tensorflow": ((11, "2.12"), (10, "2.8"), (9, "2.5"), (8, "2.2"), (7, "1.13")),
    "numpy": ((11, "1.23.2"), (10, "1.21.2"), (9, "1.19.3"), (8, "1.17.3"), (7, "1.14.5")),
    "scipy": ((11, "1.9.2"), (10, "1.7.2"), (9, "1.5.4"), (8, "1.3.2"), (7, "1.1")),
    "pandas": ((11, "1.5.1"), (10, "1.3.3"), (9, "1.1.4"), (8, "0.25.3"), (7, "0.23.2")),
    "scikit-learn": ((11, "1.1.3"), (10, "1.0.2"), (9, "0.24"), (8, "0.22"), (7, "0.20")),
    "matplotlib": ((11, "3.6"), (10, "3.5"), (9, "3.3.3"), (8, "3.1.2"), (7, "2.2.3")),
    "pyyaml": ((11, "6.0.1"), (10, "6.0"), (9, "5.4"), (8, "5.2"), (7, "3.13")),
    "h5py": ((11, "3.8"), (10, "3.6"), (9, "3.1"), (8, "2.10"), (7, "2.9")),
    "pillow": ((11, "9.3"), (10, "8.4"), (9, "8.0"), (8, "6.2.1"), (7, "5.2")),
    "tokenizers": ((11, "0.13.3"), (10, "0.10.3"), (9, "0.9.4"), (8, "0.5"), (7, "0.2")),
    "pyarrow": ((11, "10.0.1"), (10, "6.0.1"), (9, "3.0"), (8, "0.16"), (7, "0.10")),
    "opencv-python": ((11, "4.5.4"), (9, "4.4.0.46"), (8, "4.1.2.30"), (7, "3.4.2.17")),
}
_KNOWS_NUMPY_2 = {
    "torch": "2.3",
    "torchvision": "0.18",
    "pandas": "2.2.2",
    "scipy": "1.13",
    "scikit-learn": "1.4.2",
    "scikit-image": "0.23",
    "matplotlib": "3.8.4",
    "opencv-python": "4.10.0.84",
    "pyarrow": "16.0",
    "h5py": "3.11",
    "statsmodels": "0.14.2",
    "tables": "3.10",
}
"""The first version that was built for it. TensorFlow and Numba say so themselves."""
_SAME = {
    "tensorflow-gpu": "tensorflow",
    "tensorflow-cpu": "tensorflow",
    "opencv-python-headless": "opencv-python",
}

_KERAS_3 = "2.16"
"""TensorFlow's version that came with it: models of before are saved and trained in another way there."""


def newest_python(lines: Iterable[str]) -> tuple[int, str] | None:
    """The newest minor of Python 3 that all pins have wheels for, and the pin that says so.

    None where no pin speaks against the usual Python.

    >>> newest_python(["torch==1.10.0", "numpy==1.19.5", "pandas"]), newest_python(["numpy>=1.19"])
    ((9, 'torch==1.10.0'), None)
    """
    found = [(minor, line) for line in lines if (minor := _newest(line)) is not None]
    return min(found, key=lambda one: one[0]) if found else None


def _newest(line: str) -> int | None:
    requirement = _parsed(line)
    if requirement is None:
        return None
    name = canonicalize_name(requirement.name)
    pins = [one for one in requirement.specifier if _PIN.fullmatch(one.operator)]
    try:
        version = Version(pins[0].version.replace(".*", ".99")) if pins else None
    except InvalidVersion:
        return None
    since = _SINCE.get(_SAME.get(name, name), ())
    if version is None or not since or requirement.marker is not None or version >= Version(since[0][1]):
        return None
    return next((minor for minor, first in since if version >= Version(first)), since[-1][0])


def built_for_numpy_1(lines: Iterable[str]) -> str:
    """The first requirement that admits only versions which NumPy 2 breaks; empty where none does, or NumPy is named.

    >>> built_for_numpy_1(["torch==1.13.1", "tqdm"]), built_for_numpy_1(["torch<2"]), built_for_numpy_1(["torch>=1"])
    ('torch==1.13.1', 'torch<2', '')
    >>> built_for_numpy_1(["torch==1.13.1", "numpy==1.24"]), built_for_numpy_1(["torch==2.4.1"])
    ('', '')
    """
    found = ""
    for line in lines:
        requirement = _parsed(line)
        name = canonicalize_name(requirement.name) if requirement is not None else ""
        if requirement is not None and name == "numpy" and not requirement.specifier.contains("2.0.0"):
            return ""
        first = _KNOWS_NUMPY_2.get(_SAME.get(name, name))
        if requirement is not None and first and not found and requirement.specifier:
            found = line if _ends_before(requirement, Version(first)) else ""
    return found


def _ends_before(requirement: Requirement, first: Version) -> bool:
    """Whether a requirement admits versions, and none from the first on."""
    named = [one.version.removesuffix(".*") for one in requirement.specifier]
    some = [*named, *(f"{number}.{part}" for number in range(6) for part in range(35)), str(first), "999"]
    fit = [Version(one) for one in requirement.specifier.filter(some, prereleases=False)]
    return bool(fit) and max(fit) < first


def obtainable(line: str) -> str:
    """A pin that no Python of ours has a wheel for, as what comes nearest to it and has one; others as they are.

    >>> obtainable("tensorflow==2.1.*"), obtainable("tensorflow==1.13.*"), obtainable("torch==1.13.1")
    ('tensorflow>=2.1,<2.16', 'tensorflow', 'torch==1.13.1')
    """
    newest, requirement = _newest(line), _parsed(line)
    if newest is None or newest >= _OLDEST or requirement is None:
        return line
    name = canonicalize_name(requirement.name)
    version = Version(next(iter(requirement.specifier)).version.removesuffix(".*"))
    first = next(Version(since) for minor, since in _SINCE[_SAME.get(name, name)] if minor == _OLDEST)
    if first.major != version.major:
        return name
    end = _KERAS_3 if _SAME.get(name, name) == "tensorflow" and version < Version(_KERAS_3) else None
    return f"{name}>={version},<{end or version.major + 1}"


def _parsed(line: str) -> Requirement | None:
    try:
        return Requirement(line)
    except InvalidRequirement:
        return None
