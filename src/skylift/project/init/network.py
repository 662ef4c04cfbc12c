"""What a program fetches over the network, which a job without one can not have, and the way out."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from skylift.project.init.branches import Usual
from skylift.project.init.findings import Findings
from skylift.project.init.scopes import Scopes
from skylift.project.init.uses import Use
from skylift.project.source.trees import walk

_SHOWN = 4
_FETCHING: tuple[tuple[str, str], ...] = (
    (r"(urllib\.request\.)?urlretrieve|urllib\.request\.urlopen|urlopen|wget\.download", "downloads"),
    (r"(requests|httpx|session)\.(get|post|request|Session)", "downloads"),
    (r"(gdown\.download(_folder)?|pooch\.retrieve|(.+\.)?download_url|(.+\.)?download_and_extract_archive)", "downloads"),
    (r"(.+\.)?(get_file|cached_download|hf_hub_download|snapshot_download|load_state_dict_from_url)", "downloads"),
    (r"(tensorflow\.)?keras\.datasets\.\w+\.load_data|(mnist|cifar10|cifar100|fashion_mnist|imdb|reuters)\.load_data", "downloads a dataset"),
    (r"(tensorflow_datasets|tfds)\.(load|builder)|datasets\.load_dataset|load_dataset", "downloads a dataset"),
    (r"(sklearn\.datasets\.)?fetch_\w+|seaborn\.load_dataset|sns\.load_dataset|openml\.datasets\.\w+", "downloads a dataset"),
    (r"nltk\.download|spacy\.cli\.download|torch\.hub\.load|tensorflow_hub\.(load|KerasLayer)", "downloads"),
    (r"kaggle\.api\.\w+|kagglehub\.\w+|opendatasets\.download", "downloads from Kaggle"),
    (r"wandb\.(init|login)", "talks to Weights & Biases"),
    (r"mlflow\.set_tracking_uri|comet_ml\.(Experiment|start)|neptune\.init\w*", "talks to a tracking server"),
    (r"boto3\.(client|resource|Session)|s3fs\.S3FileSystem", "talks to AWS"),
)  # fmt: skip
_PATTERNS = [(re.compile(pattern), what) for pattern, what in _FETCHING]
_ANY = re.compile("|".join(f"(?:{pattern})" for pattern, _ in _FETCHING))
_A_MODEL = re.compile(r"model|pretrained|tokenizer|checkpoint|backbone|encoder", re.IGNORECASE)
_LOCAL = ("json", "csv", "parquet", "text", "imagefolder", "pandas", "arrow", "audiofolder", "webdataset")
_ADDRESS = re.compile(r"(https?|s3|gs|hf|ftp)://")
_PROGRAM = re.compile(r"(^|[\s;&|])(wget|curl|kaggle|gdown|gsutil|aws s3)\s")
_TOKENS = {
    "wandb": ("WANDB_API_KEY", "wandb.init"),
    "mlflow": ("MLFLOW_TRACKING_TOKEN", "mlflow.set_tracking_uri"),
    "comet_ml": ("COMET_API_KEY", "comet_ml"),
    "neptune": ("NEPTUNE_API_TOKEN", "neptune.init"),
}
_TOKEN_VARIABLES = re.compile(
    r"(HF_TOKEN|HUGGING_?FACE(HUB)?_(HUB_)?(API_)?TOKEN|WANDB_API_KEY|MLFLOW_TRACKING_(TOKEN|PASSWORD)|"
    r"COMET_API_KEY|NEPTUNE_API_TOKEN|KAGGLE_KEY|OPENAI_API_KEY|CLEARML_API_SECRET_KEY)"
)


@dataclass(frozen=True)
class Fetch:
    """One call that needs the network."""

    what: str
    where: str
    call: str
    option: str = ""
    """Without which, as it usually is, the program does not come by."""
    is_doubtful: bool = False
    """Whether what is fetched may be no name of anything: a word that the program looks at first."""

    @property
    def shown(self) -> str:
        return f"{self.where} {self.call} {self.what}" + (
            f", if {self.option} says so" if self.option else ""
        )


def read_network(
    scopes: Scopes,
    uses: Sequence[Use],
    shown: frozenset[str],
    defaults: Mapping[str, str],
    usual: Usual,
    required: frozenset[str] = frozenset(),
) -> Findings:
    """The rows about the network, and about tokens.

    :param shown: folders that are channels: what is fetched into them is there already.
    :param defaults: of the options, by dest.
    """
    found = Findings()
    every = dict.fromkeys([*_calls(scopes), *_fetched(uses, shown, defaults)])
    # What it needs as it is comes first.
    asked = (_if_asked(one, scopes, usual) for one in every)
    fetches = sorted(
        (one for one in asked if one.option or not one.is_doubtful), key=lambda one: bool(one.option)
    )
    if fetches:
        first = "; ".join(one.shown for one in fetches[:_SHOWN])
        more = f"; and {len(fetches) - _SHOWN} more" if len(fetches) > _SHOWN else ""
        found.say("network", "if asked for" if fetches[0].option else "needs it", first + more)
    else:
        _given(found, uses, required - shown)
    loads = [one for one in fetches if one.what.startswith("downloads") and not one.option]
    if loads:
        found.left.append(
            f"{loads[0].where} {loads[0].call} {loads[0].what}: a job without network needs it as a channel; "
            "download it once, name its folder in [channels], and let the script read it there"
        )
    found.left += _secrets(scopes)
    return found


def _given(found: Findings, uses: Sequence[Use], required: frozenset[str]) -> None:
    """What somebody has to name: the name of something on a hub, or of a folder."""
    for use in uses:
        if use.effect == "hub" and use.way.option in required and not use.way.text:
            why = f"{use.because} downloads what `{use.way.option}` names, unless it is a folder"
            found.say("network", "may need it", why, sure=False)
            return


def _if_asked(fetch: Fetch, scopes: Scopes, usual: Usual) -> Fetch:
    file, _, line = fetch.where.rpartition(":")
    scope = scopes.modules.get(file)
    if scope is None or not isinstance(scope.node, ast.Module):
        return fetch
    option = usual.asked_for(scope.node, int(line))
    # What is fetched when that option is given is something else than its default.
    what = "downloads" if option and fetch.what == f"downloads {usual.values[option]}" else fetch.what
    return replace(fetch, option=option, what=what)


def _calls(scopes: Scopes) -> Iterator[Fetch]:
    for scope in scopes.every():
        for call in scope.calls:
            name = scope.full_name(call.func).lstrip(".")
            where = f"{scope.file}:{call.lineno}"
            what = "" if scopes.called(call, scope) else _what(name, call)
            if what:
                yield Fetch(what, where, name)
            elif _runs_a_program(name, call):
                yield Fetch("downloads", where, name)


def _what(name: str, call: ast.Call) -> str:
    last = name.rpartition(".")[2]
    if not _ANY.fullmatch(name):
        return ""
    what = next((what for pattern, what in _PATTERNS if pattern.fullmatch(name)), "")
    return "" if what and last == "load_dataset" and _first(call) in _LOCAL else what


def _first(call: ast.Call) -> str:
    first = call.args[0] if call.args else None
    return first.value if isinstance(first, ast.Constant) and isinstance(first.value, str) else ""


def _runs_a_program(name: str, call: ast.Call) -> bool:
    if name not in ("os.system", "os.popen") and not name.startswith("subprocess."):
        return False
    words = [
        node.value for node in walk(call) if isinstance(node, ast.Constant) and isinstance(node.value, str)
    ]
    return bool(_PROGRAM.search(" ".join(words) + " "))


def _fetched(uses: Iterable[Use], shown: frozenset[str], defaults: Mapping[str, str]) -> Iterator[Fetch]:
    for use in uses:
        text = use.way.text
        if use.effect == "hub" and use.way.option and not text and use.way.option not in shown:
            named = defaults.get(use.way.option, "")
            is_word = "/" not in named and not _A_MODEL.search(use.way.option)
            if named:
                yield Fetch(f"downloads {named}", use.where, use.call, is_doubtful=is_word)
            continue
        if use.effect == "fetch" and (use.way.option or text) not in shown:
            yield Fetch("downloads a dataset", use.where, use.call)
        elif use.effect == "hub" and use.way.is_fixed and text not in shown and "*" not in text:
            yield Fetch(f"downloads {text}", use.where, use.call)
        elif use.reads and _ADDRESS.match(text):
            yield Fetch(f"downloads from {text.split('://')[0]}", use.where, use.call)


def _secrets(scopes: Scopes) -> Iterator[str]:
    told: set[str] = set()
    for node, file in scopes.texts:
        name = str(node.value)
        if name not in told and _TOKEN_VARIABLES.fullmatch(name):
            told.add(name)
            yield _secret(name, f"{file}:{node.lineno} names it")
    for scope in scopes.every():
        for call in scope.calls:
            name = scope.full_name(call.func)
            variable, _ = _TOKENS.get(name.split(".")[0], ("", ""))
            if variable and variable not in told and _is_start(name):
                told.add(variable)
                yield _secret(variable, f"{scope.file}:{call.lineno} {name}")


def _is_start(name: str) -> bool:
    return any(name.startswith(start) for _, start in _TOKENS.values())


def _secret(variable: str, why: str) -> str:
    return f'{variable} ({why}), where the job has to have it: [secrets] {variable} = "env:{variable}"'
