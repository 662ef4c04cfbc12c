"""Which calls read and write, and which of their arguments is the path.

One line a call: its name, the argument (``0:name|other``, or ``self`` for a method of the path), what happens
there, what it is. A name with dots is the imported one, ``*`` at its end is any ending; a name that begins with a
dot is the last part of any call. What happens:

read      a file is read                        list      a folder is read
write     a file is written                     lay       a folder is written, and made where it is not there
make      a folder is made                      clear     a folder is removed
ask       it is asked whether something exists  fetch     a folder is read, after a download where it is empty
put       a file is written, or a folder made, as its name has it
hub       a folder is read, and fetched where there is none of that name
mode      read or write, as the mode says
"""

from __future__ import annotations

import ast
from dataclasses import dataclass

_TABLE = """
open                              0:file                     mode   -
io.open                           0:file                     mode   -
codecs.open                       0:filename                 mode   -
gzip.open                         0:filename                 mode   -
bz2.open                          0:filename                 mode   -
lzma.open                         0:filename                 mode   -
h5py.File                         0:name                     mode   -
zarr.open                         0:store                    mode   -
zarr.open_group                   0:store                    mode   -
tensorflow.io.gfile.GFile         0:name                     mode   -
zipfile.ZipFile                   0:file                     mode   -
tarfile.open                      0:name                     mode   -
lmdb.open                         0:path                     list   data
sqlite3.connect                   0:database                 read   data
.open                             self                       mode   -
.read_text                        self                       read   -
.read_bytes                       self                       read   -
.write_text                       self                       write  -
.write_bytes                      self                       write  -
.iterdir                          self                       list   -
.rglob                            self                       list   -
.glob                             self                       list   -
.mkdir                            self                       make   -
.exists                           self                       ask    -
.is_file                          self                       ask    -
.is_dir                           self                       ask    -
os.mkdir                          0:path                     make   -
os.makedirs                       0:name                     make   -
tensorflow.io.gfile.makedirs      0:path                     make   -
os.path.exists                    0:path                     ask    -
os.path.isfile                    0:path                     ask    -
os.path.isdir                     0:s                        ask    -
os.listdir                        0:path                     list   -
os.scandir                        0:path                     list   -
os.walk                           0:top                      list   -
glob.glob                         0:pathname                 list   -
glob.iglob                        0:pathname                 list   -
shutil.rmtree                     0:path                     clear  -
shutil.copy                       0:src                      read   -
shutil.copy                       1:dst                      write  -
shutil.copyfile                   0:src                      read   -
shutil.copyfile                   1:dst                      write  -
shutil.copy2                      0:src                      read   -
shutil.copy2                      1:dst                      write  -
shutil.copytree                   0:src                      list   -
shutil.copytree                   1:dst                      lay    -
shutil.unpack_archive             0:filename                 read   data
pandas.read_*                     0:filepath_or_buffer|path|io|path_or_buf|fname  read  data
polars.read_*                     0:source                   read   data
polars.scan_*                     0:source                   read   data
pyarrow.parquet.read_table        0:source                   read   data
.read_csv                         0:path|filepath_or_buffer  read   data
.read_parquet                     0:path                     read   data
.to_csv                           0:path_or_buf              write  output
.to_parquet                       0:path                     write  output
.to_pickle                        0:path                     write  output
.to_json                          0:path_or_buf              write  output
.to_excel                         0:excel_writer             write  output
.to_feather                       0:path                     write  output
.to_hdf                           0:path_or_buf              write  output
.write_csv                        0:file                     write  output
.write_parquet                    0:file                     write  output
numpy.load                        0:file                     read   data
numpy.loadtxt                     0:fname                    read   data
numpy.genfromtxt                  0:fname                    read   data
numpy.fromfile                    0:file                     read   data
numpy.memmap                      0:filename                 mode   data
numpy.save                        0:file                     write  output
numpy.savez                       0:file                     write  output
numpy.savez_compressed            0:file                     write  output
numpy.savetxt                     0:fname                    write  output
scipy.io.loadmat                  0:file_name                read   data
scipy.sparse.load_npz             0:file                     read   data
scipy.io.wavfile.read             0:filename                 read   data
scipy.io.savemat                  0:file_name                write  output
torch.load                        0:f                        read   model
torch.save                        1:f                        write  model
.load_from_checkpoint             0:checkpoint_path          read   model
.save_checkpoint                  0:filepath|save_dir        write  model
torch.jit.load                    0:f                        read   model
torch.jit.save                    1:f                        write  model
torch.onnx.export                 2:f                        write  model
onnx.save                         1:f                        write  model
safetensors.torch.save_file       1:filename                 write  model
safetensors.torch.load_file       0:filename                 read   model
pickle.dump                       1:file                     write  model
pickle.load                       0:file                     read   -
dill.dump                         1:file                     write  model
cloudpickle.dump                  1:file                     write  model
joblib.dump                       1:filename                 write  model
joblib.load                       0:filename                 read   -
sklearn.externals.joblib.dump     1:filename                 write  model
skops.io.dump                     1:file                     write  model
json.load                         0:fp                       read   -
json.dump                         1:fp                       write  output
yaml.load                         0:stream                   read   -
yaml.safe_load                    0:stream                   read   -
yaml.dump                         1:stream                   write  output
csv.reader                        0:csvfile                  read   data
csv.DictReader                    0:f                        read   data
csv.writer                        0:csvfile                  write  output
csv.DictWriter                    0:f                        write  output
OmegaConf.load                    0:file_                    read   settings
omegaconf.OmegaConf.load          0:file_                    read   settings
omegaconf.OmegaConf.save          1:f                        write  output
.loadtxt                          0:fname                    read   data
.ImageFolder                      0:root                     list   data
.DatasetFolder                    0:root                     list   data
.image_dataset_from_directory     0:directory                list   data
.text_dataset_from_directory      0:directory                list   data
.flow_from_directory              0:directory                list   data
.imread                           0:filename                 read   data
.TFRecordDataset                  0:filenames                read   data
.TextLineDataset                  0:filenames                read   data
.make_csv_dataset                 0:file_pattern             read   data
PIL.Image.open                    0:fp                       read   data
.decode_image                     0:filename                 read   data
torchaudio.load                   0:uri|filepath             read   data
librosa.load                      0:path                     read   data
soundfile.read                    0:file                     read   data
.DMatrix                          0:data                     read   data
lightgbm.Dataset                  0:data                     read   data
.load_svmlight_file               0:f                        read   data
sklearn.datasets.load_files       0:container_path           list   data
catboost.Pool                     0:data                     read   data
.load_from_disk                   0:dataset_path             list   data
.save_to_disk                     0:dataset_path             lay    output
spacy.load                        0:name                     hub    model
.from_pretrained                  0:pretrained_model_name_or_path  hub  model
.save_pretrained                  0:save_directory           lay    model
.save_model                       0:output_dir|fname|path|f  put    model
.save_weights                     0:filepath                 write  model
.load_weights                     0:filepath                 read   model
.load_model                       0:filepath|fname|path      read   model
tensorflow.saved_model.save       1:export_dir               lay    model
tensorflow.saved_model.load       0:export_dir               read   model
.load_state_dict_from_file        0:path                     read   model
.to_disk                          0:path                     lay    model
tensorflow.keras.models.save_model 1:filepath                 put    model
.ModelCheckpoint                  0:dirpath|filepath         put    model
.BackupAndRestore                 0:backup_dir               lay    checkpoint
.CheckpointManager                1:directory                lay    checkpoint
orbax.checkpoint.CheckpointManager 0:directory                lay    checkpoint
flax.training.checkpoints.save_checkpoint 0:ckpt_dir          lay    checkpoint
flax.training.checkpoints.restore_checkpoint 0:ckpt_dir       read   checkpoint
.latest_checkpoint                0:checkpoint_dir           ask    checkpoint
.get_last_checkpoint              0:folder                   ask    checkpoint
.TrainingArguments                0:output_dir               lay    model
.Seq2SeqTrainingArguments         0:output_dir               lay    model
.TrainingArguments                :logging_dir               lay    output
.SFTConfig                        :output_dir                lay    model
.Trainer                          :default_root_dir          lay    model
.Trainer                          :output_dir                lay    model
.Accelerator                      :project_dir               lay    output
.RunConfig                        :storage_path              lay    output
.SummaryWriter                    0:log_dir|logdir           lay    output
.create_file_writer               0:logdir                   lay    output
.TensorBoard                      0:log_dir                  lay    output
.TensorBoardLogger                0:save_dir                 lay    output
.CSVLogger                        0:save_dir|filename        put    output
.FileHandler                      0:filename                 write  output
.RotatingFileHandler              0:filename                 write  output
.TimedRotatingFileHandler         0:filename                 write  output
logging.basicConfig               :filename                  write  output
loguru.logger.add                 0:sink                     lay    output
.savefig                          0:fname                    write  output
.imsave                           0:fname                    write  output
.imwrite                          0:filename                 write  output
.save_image                       1:fp                       write  output
.write_html                       0:file                     write  output
.write_image                      0:file                     write  output
plotly.io.write_image             1:file                     write  output
"""
_METHOD_SAVE = ".save"
"""``model.save(path)`` of Keras, ``image.save(path)`` of PIL: the name tells nothing more."""
_TORCHVISION = [
    "MNIST",
    "FashionMNIST",
    "KMNIST",
    "EMNIST",
    "QMNIST",
    "CIFAR10",
    "CIFAR100",
    "SVHN",
    "STL10",
    "Flowers102",
    "OxfordIIITPet",
    "Food101",
    "Caltech101",
    "Caltech256",
    "CelebA",
    "DTD",
    "EuroSAT",
    "GTSRB",
    "LSUN",
    "VOCDetection",
    "VOCSegmentation",
    "CocoDetection",
    "Places365",
    "USPS",
    "StanfordCars",
    "FGVCAircraft",
    "SPEECHCOMMANDS",
    "LIBRISPEECH",
    "YESNO",
    "Planetoid",
    "TUDataset",
]


@dataclass(frozen=True)
class Callee:
    """What one call does with one of its arguments."""

    name: str
    position: int | None
    """Of the path among the arguments; None where it is only given by name, or is the object itself."""
    keywords: tuple[str, ...]
    on_self: bool
    effect: str
    content: str
    """``data model checkpoint output settings``; empty where the call does not tell."""


def callees(name: str) -> list[Callee]:
    """What a call does, by its full name; nothing for calls that are not known."""
    full = f"tensorflow.{name}" if name.startswith("keras.") else name
    found = _EXACT.get(full) or next((some for start, some in _STARTS if full.startswith(start)), None)
    last = full.rpartition(".")[2]
    if not found and full.endswith(_SAVER):
        return [_OF_SAVER[last]]
    return found or _LAST.get(last) or ([_SAVE] if "." in full and last == "save" else [])


def argument(call: ast.Call, callee: Callee) -> ast.expr | None:
    """The expression of the path in a call; None where the call has none."""
    if callee.on_self:
        return call.func.value if isinstance(call.func, ast.Attribute) else None
    named = {keyword.arg: keyword.value for keyword in call.keywords}
    for keyword in callee.keywords:
        if keyword in named:
            return named[keyword]
    if callee.position is None or len(call.args) <= callee.position:
        return None
    found = call.args[callee.position]
    return None if any(isinstance(one, ast.Starred) for one in call.args[: callee.position + 1]) else found


def _parsed(line: str) -> Callee:
    name, where, effect, content = line.split()
    on_self = where == "self"
    position, _, keywords = ("", "", "") if on_self else where.partition(":")
    return Callee(
        name,
        int(position) if position else None,
        tuple(keywords.split("|")) if keywords else (),
        on_self,
        effect,
        "" if content == "-" else content,
    )


_ROWS = [_parsed(line) for line in _TABLE.strip().splitlines()]
_ROWS += [Callee(f".{name}", 0, ("root",), False, "fetch", "data") for name in _TORCHVISION]
_SAVE = Callee(_METHOD_SAVE, 0, ("filepath", "fp", "path"), False, "put", "")
_SAVER = ("aver.save", "aver.restore")
_OF_SAVER = {
    "save": Callee("Saver.save", 1, ("save_path",), False, "lay", "model"),
    "restore": Callee("Saver.restore", 1, ("save_path",), False, "read", "model"),
}
_EXACT: dict[str, list[Callee]] = {}
_LAST: dict[str, list[Callee]] = {}
for _row in _ROWS:
    _of = _LAST if _row.name.startswith(".") else _EXACT
    _of.setdefault(_row.name.rpartition(".")[2] if _of is _LAST else _row.name, []).append(_row)
_STARTS = [(row.name[:-1], [row]) for row in _ROWS if row.name.endswith("*")]
