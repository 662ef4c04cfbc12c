"""What conda's packages are on PyPI. A name that stands nowhere here is told and not taken."""

from __future__ import annotations

import re

RENAMED = {
    "pytorch": "torch",
    "pytorch-gpu": "torch",
    "pytorch-cpu": "torch",
    "pytorch-lightning": "pytorch-lightning",
    "pyg": "torch-geometric",
    "tensorflow-gpu": "tensorflow",
    "tensorflow-base": "tensorflow",
    "tensorflow-estimator": "tensorflow-estimator",
    "opencv": "opencv-python-headless",
    "py-opencv": "opencv-python-headless",
    "matplotlib-base": "matplotlib",
    "seaborn-base": "seaborn",
    "py-xgboost": "xgboost",
    "py-xgboost-gpu": "xgboost",
    "py-xgboost-cpu": "xgboost",
    "pytables": "tables",
    "msgpack-python": "msgpack",
    "python-graphviz": "graphviz",
    "python-dateutil": "python-dateutil",
    "huggingface_hub": "huggingface-hub",
    "sentence-transformers": "sentence-transformers",
    "gym": "gym",
    "dask-core": "dask",
    "jupyter_client": "jupyter-client",
    "importlib_resources": "importlib-resources",
    "scikit-learn-intelex": "scikit-learn-intelex",
    "faiss": "faiss-cpu",
    "faiss-gpu": "faiss-cpu",
    "ray-core": "ray",
    "ray-default": "ray",
    "ray-tune": "ray[tune]",
    "mlflow-skinny": "mlflow-skinny",
    "hydra-core": "hydra-core",
    "attrs": "attrs",
    "google-cloud-storage": "google-cloud-storage",
    "psycopg2": "psycopg2-binary",
    "ruamel.yaml": "ruamel.yaml",
    "tensorboard": "tensorboard",
    "tensorboardx": "tensorboardX",
    "absl-py": "absl-py",
}
"""Where the two have it under different names, or in different packages."""

_DRIVER = re.compile(r"cuda.*|cudnn|cudatoolkit(-dev)?|nccl|pytorch-(cuda|mutex)|nvidia-.*|libcu.*|libnv.*")
_TOOL = re.compile(
    r"ffmpeg|graphviz|git(-lfs)?|cmake|make|ninja|gcc.*|gxx.*|g\+\+|cxx-compiler|c-compiler|compilers|openmpi|mpich"
    r"|mpi|openjdk|nodejs|pandoc|tesseract|poppler|sox|libsndfile|swig|r-.*|rust|go|cairo|pango|hdf5|libgl.*|wget"
    r"|curl|unzip|boost|eigen|protoc|samtools|blas|openblas|mesa.*|glib|imagemagick|texlive.*"
)
_OF_CONDA = re.compile(
    r"_.*|lib(?!rosa|svm$|sass$).*|ca-certificates|certifi|openssl|zlib|zstd|xz|tk|readline|sqlite|ncurses|ld_impl.*"
    r"|mkl(-service|_fft|_random)?|intel-openmp|bzip2|lz4-c|freetype|jpeg|libpng|giflib|tbb|llvm-openmp|icu|krb5"
    r"|python_abi|tzdata|pip|setuptools|wheel|conda.*|expat|pcre.*|qt.*|pyqt.*|sip|gst.*|fontconfig|dbus|nettle|gmp"
    r"|gnutls|openh264|lame|x264|xorg.*|yaml|c-ares|libffi|bottleneck|numpy-base|numexpr|snappy|brotli.*|lerc|aws-c.*"
    r"|nomkl|cpuonly|zeromq|pthread-stubs|kernel-headers.*|sysroot.*|binutils.*"
)


def is_driver(name: str) -> bool:
    """CUDA and what belongs to it: the wheels bring it, or the host does."""
    return _DRIVER.fullmatch(name) is not None


def is_program(name: str) -> bool:
    """A program or a library of the system."""
    return _TOOL.fullmatch(name) is not None


def is_of_conda(name: str) -> bool:
    """What conda brings along by itself: pip and wheels have their own."""
    return _OF_CONDA.fullmatch(name) is not None
