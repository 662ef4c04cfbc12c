"""What an option says by itself: by its name, its default, its kind."""

from __future__ import annotations

import re
from collections.abc import Sequence

from skylift.project.init.model_names import names_model
from skylift.project.init.uses import Use
from skylift.project.parameters.reading import Option

_FOLDER = r"([-_.](dir|directory|folder|path|root))"
CHECKPOINTS = re.compile(rf"(.*[-_./])?(checkpoints?|ckpts?|snapshots?)({_FOLDER}|[-_.]file)?/?")
_MODEL = re.compile(
    rf"(model|export){_FOLDER}|(model|save)[-_](out|output|file|to)|save[-_](dir|path|model)|save"
)
_OUTPUT = re.compile(
    rf"(output|out|results?|logs?|log|artifacts?)([-_.]data)?{_FOLDER}|outputs?|out|results|logdir"
)
_NAMES = (("checkpoints", CHECKPOINTS), ("model", _MODEL), ("output", _OUTPUT))
DATA = re.compile(
    rf"((.*[-_.])?(data|dataset|input|train|training|valid|validation|val|test|images?))([-_.]\w+)*{_FOLDER}|"
    rf"data|dataset|(train|test|valid|validation|val|data|input)[-_.]file|corpus"
)
READ_BACK = re.compile(
    r"(.*[-_.])?(resume|init|initial|load|pretrained|restore|warm|start|from|base|finetune)([-_.].*)?"
)
"""What these are given has to be there already: a folder that is empty at first is none for them."""
OF_A_THING = re.compile(
    r"(.*[-_.])?(arch|architecture|model|net|network|backbone|dataset|task|name|id|tag|version|mode|type|algo|env)"
)
PLACE = re.compile(r"(.*[-_.])?(dir|directory|folder|path|root|file|filename|data|dataset)s?")
"""What an option is called that names a file or a folder."""
_NO_PLACES = frozenset({"int", "float", "bool"})
_MADE = re.compile(r"(.*[-_.])?(save[ds]?|out|output|export|write|new|dest)([-_.].*)?")
_A_MODEL = re.compile(r"(.*[-_.])?(model|checkpoint|ckpt|snapshot|weights?|net)([-_.](file|path|name))?")
_CERTAINLY_ONE = re.compile(
    r"(.*[-_.])?(checkpoint|ckpt|snapshot|weights)([-_.](file|path))?|model[-_.](file|weights|checkpoint|ckpt)"
)
_MAY_BE_WRITTEN = re.compile(
    r"(.*[-_.])?(out|outputs?|logs?|logging|logdir|save[ds]?|results?|runs?|work|exp|experiments?|export|exported|tb|"
    r"tensorboard|cache|te?mp|history|records?|artifacts?|reports?|plots?|figures?|preds?|predictions?|dest|write|"
    r"checkpoints?|ckpts?|snapshots?)([-_.].*)?|(work|out|log|save|run|tmp)(dir|file|path)"
)
OUTPUT_FOLDER = re.compile(r"(output|out|save|checkpoint)s?[-_.]?dir")
SUFFIXES = (
    ("torch", ".pt"),
    ("joblib", ".joblib"),
    ("pickle", ".pkl"),
    ("onnx", ".onnx"),
    ("json", ".json"),
)


def default_text(option: Option) -> str:
    """What an option is when it is not given."""
    value = option.fallback if option.variable else option.parameter.default
    # Some write `default="None"`, and mean it.
    return value if isinstance(value, str) and value not in ("None", "none", "null") else ""


def may_be_a_place(option: Option) -> bool:
    # What Hydra fills in, `${…}`, follows another option.
    parameter = option.parameter
    if (
        "${" in str(parameter.default)
        or option.variable.startswith("SM_")
        or parameter.choices
        or parameter.type in _NO_PLACES
    ):
        return False
    return parameter.action == "store" and parameter.nargs in ("", "?")


def keeps_state(told: Sequence[Use]) -> bool:
    """Whether nothing in a folder is certainly a model: what its name says is all that is known of it."""
    return bool(told) and all(use.guess or use.content == "output" for use in told)


def resumption(uses: Sequence[Use]) -> Use | None:
    """Where a program asks whether it was here before, to go on from what it wrote itself."""
    written = {use.way.text for use in uses if use.writes}
    read = {use.way.text for use in uses if use.reads and use.content in ("model", "checkpoint")}
    again = written & read
    return next(
        (
            use
            for use in uses
            if use.effect in ("ask", "list")
            if use.content == "checkpoint" or use.way.text in again
        ),
        None,
    )


def is_of(use: Use, option: Option) -> bool:
    return bool(option.dest) and use.way.option == option.dest


def is_data_first_of_all(option: Option, writing: Sequence[Use], reading: Sequence[Use]) -> bool:
    """Whether something is read in a folder of data that the program does not write itself; `train_dir` is as often
    one of results."""
    key, written = option.parameter.key, {use.way.text for use in writing}
    named = DATA.fullmatch(key) and re.search(r"data|input|images|corpus", key) and not place_by_name(key)
    first = [use for use in reading if use.way.text not in written and use.content in ("data", "")]
    return bool(named and first)


def wants_data(option: Option) -> bool:
    """Whether an option without a default is data by its name. `--dataset` is as often one of several."""
    parameter = option.parameter
    is_known = parameter.default_known or parameter.required
    return (
        bool(DATA.fullmatch(parameter.key))
        and parameter.key != "dataset"
        and is_known
        and not option.variable
    )


def option_names_model(use: Use, key: str, text: str) -> bool:
    """Whether a file that an option names is a model by that name, or, without one, by the option's."""
    is_plain = use.writes and use.content == "output" and not use.way.text.startswith("/")
    suffix = next((end for start, end in SUFFIXES if use.call.startswith(start)), "")
    return is_plain and names_model((text or f"{key}{suffix}") + use.way.text)


def is_off(option: Option, uses: Sequence[Use]) -> bool:
    """Whether nothing happens unless it is given.

    A default that could not be read is one; but in Hydra it follows others, and a file that is read stands there.
    """
    is_read = any(use.reads and not use.way.text for use in uses)
    return option.parameter.default_known or option.parameter.spelling == "hydra" or is_read


def is_wanted(option: Option, *, reader: bool) -> bool:
    """Whether an option, whose use is not understood, is a model that has to be there already.

    :param reader: the program loads models, and makes none.
    """
    parameter = option.parameter
    key = parameter.key
    if _MADE.fullmatch(key):
        return False
    if reader:
        named = bool(_CERTAINLY_ONE.fullmatch(key)) or place_by_name(key) in ("model", "checkpoints")
        return named or bool(READ_BACK.fullmatch(key) and place_by_name(key))
    # A folder may be for what comes; a file that must be given is there.
    return parameter.required and bool(_CERTAINLY_ONE.fullmatch(key))


def is_folder(key: str) -> bool:
    """Whether an option is called a folder."""
    return re.fullmatch(rf".*{_FOLDER}", key) is not None and not key.endswith("path")


def says_model(key: str) -> bool:
    """Whether what is read is a model, by the name of the option."""
    return _A_MODEL.fullmatch(key) is not None


def may_be_written(key: str) -> bool:
    """Whether a name says that something comes there, as far as a name can."""
    return _MAY_BE_WRITTEN.fullmatch(key) is not None


def place_by_name(key: str) -> str:
    return next((name for name, pattern in _NAMES if pattern.fullmatch(key)), "")


def looks_like_a_path(text: str) -> bool:
    return bool(text.strip()) and "\n" not in text and len(text) < 300
