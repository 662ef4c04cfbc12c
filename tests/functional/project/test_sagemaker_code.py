"""Code that submits jobs already says what a job is: what it starts, with what, on what."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.functional.project.folder import Folder
from tests.notebooks import notebook

from skylift.project.config.load import load
from skylift.project.init.detect import detect
from skylift.project.init.write import write_config

TRAIN = (
    "import argparse, torch\ndef main(loss):\n    loss.backward()\nif __name__ == '__main__':\n    main(1)\n"
)
ROLE = "arn:aws:iam::123456789012:role/Training"
ESTIMATOR = f"""
    import boto3, sagemaker
    from sagemaker.pytorch import PyTorch
    from sagemaker.inputs import TrainingInput
    BUCKET = "acme"
    INSTANCE = "ml.g5.xlarge"
    session = boto3.Session(region_name="eu-central-1")

    def submit(epochs):
        params = {{"epochs": 3, "lr": "0.1", "n": epochs, "api_key": "hidden", "sagemaker_program": "x", "opt": "adam"}}
        metrics = [{{"Name": "loss", "Regex": "loss=([0-9.]+)"}}, {{"Name": "bad", "Regex": "loss"}}]
        estimator = PyTorch(
            entry_point="fit.py",
            source_dir="../code",
            role="{ROLE}",
            instance_type=INSTANCE,
            instance_count=2,
            volume_size=50,
            max_run=3600,
            max_wait=7200,
            use_spot_instances=True,
            framework_version="2.1",
            py_version="py310",
            hyperparameters=params,
            metric_definitions=metrics,
            environment={{"NCCL_DEBUG": "INFO", "HF_TOKEN": "hidden"}},
        )
        other = f"s3://{{BUCKET}}/validation/"
        estimator.fit({{
            "train": "s3://acme/train/",
            "validation": TrainingInput(other, input_mode="FastFile"),
            "extra": session.upload_data("x"),
        }})

    if __name__ == "__main__":
        submit(len(sagemaker.Session().buckets))
"""
TRAINER = f"""
    from sagemaker.train import ModelTrainer
    from sagemaker.train.configs import Compute, InputData, SourceCode, StoppingCondition
    source = SourceCode(source_dir="code", SAID)
    trainer = ModelTrainer(
        training_image="x",
        source_code=source,
        compute=Compute(instance_type="ml.m5.xlarge", instance_count=1, enable_managed_spot_training=True),
        stopping_condition=StoppingCondition(max_runtime_in_seconds=600),
        hyperparameters={{"epochs": 2}},
        role="{ROLE}",
    )
    train = InputData(channel_name="train", data_source="s3://acme/train/")
    trainer.train(input_data_config=[train], wait=False)
"""


def test_an_estimator(project: Folder) -> None:
    project.write_all({"code/fit.py": TRAIN, "code/train.py": TRAIN, "jobs/train.py": ESTIMATOR})
    found = detect(project.root)
    assert found.config["entry-point"] == "code/fit.py"
    assert found.config["hyperparameters"] == {"epochs": 3, "lr": 0.1, "opt": "adam"}
    assert found.config["metrics"] == {"loss": "loss=([0-9.]+)"}
    assert found.config["channels"] == {
        "train": {"cloud": "s3://acme/train/"},
        "validation": {"cloud": "s3://acme/validation/", "mode": "FastFile"},
    }
    assert found.config["targets"]["cloud"] == {
        "backend": "sagemaker",
        "instance-type": "ml.g5.xlarge",
        "instance-count": 2,
        "max-run": 3600,
        "volume": 50,
        "environment": {"NCCL_DEBUG": "INFO"},
        "request": {
            "EnableManagedSpotTraining": True,
            "StoppingCondition": {"MaxWaitTimeInSeconds": 7200},
        },
    }
    assert found.config["aws"] == {"role": ROLE, "region": "eu-central-1"}
    left = "\n".join(found.left_to_you)
    dim = next(one for one in found.left_to_you if "only known when it runs" in one)
    assert dim == "jobs/train.py:12: only known when it runs: the channel extra, the hyperparameter n"
    assert "the hyperparameter api_key may be a secret" in left
    assert "it runs in the image of PyTorch 2.1 py310 there" in left
    path, text = write_config(project.root, found)
    assert "hidden" not in text + left + repr(found)
    loaded = load(project.root, environment={}, home=Path("/nonexistent"))
    assert loaded.settings.targets["cloud"].instance_count == 2
    assert path.name == "skylift.toml"


@pytest.mark.parametrize(
    "said", ['entry_script="fit.py"', 'command="python fit.py --deep"', 'command="torchrun fit.py"']
)
def test_a_model_trainer(project: Folder, said: str) -> None:
    project.write_all({"code/fit.py": TRAIN, "submit.py": TRAINER.replace("SAID", said)})
    found = detect(project.root)
    if "torchrun" in said:
        assert found.config["command"] == [
            "torchrun",
            "--standalone",
            "--nproc-per-node={gpus}",
            "code/fit.py",
        ]
    else:
        assert found.config["entry-point"] == "code/fit.py"
    assert found.config["hyperparameters"] == {"epochs": 2}
    assert found.config["channels"] == {"train": {"cloud": "s3://acme/train/"}}
    target = found.config["targets"]["cloud"]
    assert (target["instance-type"], target["max-run"]) == ("ml.m5.xlarge", 600)
    assert target["request"]["StoppingCondition"] == {"MaxWaitTimeInSeconds": 600}


def test_a_notebook_that_submits(project: Folder) -> None:
    code = "import sagemaker\n%matplotlib inline", "import sagemaker\nfrom sagemaker.sklearn import SKLearn"
    call = "e = SKLearn(entry_point='fit.py', source_dir='code', hyperparameters=dict(n=3), instance_type='local')\n"
    project.write_all({"code/fit.py": TRAIN, "run.ipynb": notebook(*code, call + "e.fit('s3://acme/x')")})
    found = detect(project.root)
    assert found.config["entry-point"] == "code/fit.py"
    assert found.config["hyperparameters"] == {"n": 3}
    assert found.config["targets"]["cloud"]["instance-type"] == "ml.m5.large"


def test_a_channel_has_its_folder_here_and_its_place_there(project: Folder) -> None:
    reads = "import os\nos.environ.get('SM_CHANNEL_TRAIN', 'data/train')\n"
    project.write_all({"code/fit.py": reads + TRAIN, "data/train/a.csv": "", "jobs/go.py": ESTIMATOR})
    assert detect(project.root).config["channels"]["train"] == {
        "local": "data/train",
        "cloud": "s3://acme/train/",
    }


def test_what_an_estimator_says_for_the_cloud_is_not_left_to_the_user(project: Folder) -> None:
    project.write_all({"code/fit.py": TRAIN, "jobs/go.py": ESTIMATOR})
    found = detect(project.root)
    assert found.config["aws"]["role"] == ROLE
    assert "[aws] storage, before the first job in the cloud" in found.left_to_you


def test_the_config_of_the_sdk_and_of_sagify(project: Folder) -> None:
    text = f"""
    SchemaVersion: '1.0'
    SageMaker:
      PythonSDK:
        Modules:
          Session:
            DefaultS3Bucket: acme-ml
            DefaultS3ObjectKeyPrefix: team
      TrainingJob:
        RoleArn: {ROLE}
        VpcConfig:
          Subnets: [subnet-1]
          SecurityGroupIds: [sg-1]
    """
    project.write_all(
        {"train.py": TRAIN, "conf/config.yaml": text, ".sagify.json": '{"aws_region": "us-east-1"}'}
    )
    found = detect(project.root)
    assert found.config["aws"] == {"role": ROLE, "storage": "s3://acme-ml/team", "region": "us-east-1"}
    request = found.config["targets"]["cloud"]["request"]
    assert request == {"VpcConfig": {"Subnets": ["subnet-1"], "SecurityGroupIds": ["sg-1"]}}
    write_config(project.root, found)
    load(project.root, environment={}, home=Path("/nonexistent"))


def test_settings_of_the_network_and_the_like_are_kept_exactly(project: Folder) -> None:
    submit = """
    from sagemaker.pytorch import PyTorch
    common = dict(subnets=["subnet-1"], security_group_ids=["sg-1"], enable_network_isolation=True)
    estimator = PyTorch(
        entry_point="fit.py",
        instance_count=1,
        encrypt_inter_container_traffic=True,
        volume_kms_key="key",
        keep_alive_period_in_seconds=60,
        max_retry_attempts=3,
        tags=[{"Key": "team", "Value": "a"}],
        output_path="s3://acme/out",
        dependencies=["../libs/foo"],
        distribution={"torch_distributed": {"enabled": True}},
        debugger_hook_config=False,
        git_config={"repo": "x"},
        checkpoint_s3_uri=place(),
        **common,
    )
    estimator.fit("s3://acme/all")
    """
    project.write_all({"fit.py": TRAIN, "submit.py": submit})
    found = detect(project.root)
    assert found.config["command"][0] == "torchrun"
    assert found.config["channels"] == {"training": {"cloud": "s3://acme/all"}}
    assert found.config["targets"]["cloud"]["request"] == {
        "VpcConfig": {"Subnets": ["subnet-1"], "SecurityGroupIds": ["sg-1"]},
        "EnableNetworkIsolation": True,
        "EnableInterContainerTrafficEncryption": True,
        "ResourceConfig": {"VolumeKmsKeyId": "key", "KeepAlivePeriodInSeconds": 60},
        "RetryStrategy": {"MaximumRetryAttempts": 3},
        "Tags": [{"Key": "team", "Value": "a"}],
    }
    left = "\n".join(found.left_to_you)
    assert "its output goes to s3://acme/out there" in left
    assert "its checkpoints go to a place of their own there" in left
    assert "../libs/foo: copied beside the program" in left
    assert "not taken over: git_config" in left
    assert "debugger_hook_config" not in left
    write_config(project.root, found)
    load(project.root, environment={}, home=Path("/nonexistent"))


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        ("C = dict(entry_point='fit.py', hyperparameters={'n': 1})\nPyTorch(**C)", {"n": 1}),
        ("P = {'n': 1}\nP['m'] = 2\nPyTorch(entry_point='fit.py', hyperparameters={**P, 'k': 3})", {"n": 1, "m": 2, "k": 3}),
        ("e = PyTorch(entry_point='fit.py', hyperparameters={'n': 1})\ne.set_hyperparameters(m=2)", {"n": 1, "m": 2}),
        ("def make(n):\n    return PyTorch('fit.py', hyperparameters={'n': f'{n}x'})\nmake(3)", {"n": "3x"}),
        ("class Job:\n    def go(self):\n        PyTorch(entry_point='fit.py', hyperparameters={'n': 1})", {"n": 1}),
        (("class Own(PyTorch):\n    def __init__(self, **kw):\n        super().__init__(entry_point='fit.py', **kw)\n"
         "Own(hyperparameters={'n': 1})"), {"n": 1}),
        ("from settings import NUMBERS\nPyTorch(entry_point='fit.py', hyperparameters=NUMBERS)", {"n": 4}),
    ],
)  # fmt: skip
def test_what_an_estimator_is_given_is_followed(
    project: Folder, code: str, expected: dict[str, object]
) -> None:
    submit = f"from sagemaker.pytorch import PyTorch\n{code}\n"
    project.write_all({"fit.py": TRAIN, "submit.py": submit, "settings.py": "NUMBERS = {'n': 4}\n"})
    assert detect(project.root).config["hyperparameters"] == expected


@pytest.mark.parametrize(
    ("call", "told"),
    [
        ("Estimator(**read())", "Estimator(…) starts a program that is only known when it runs"),
        ("PyTorch(entry_point='fit.py', **read())", "it is given more by `**`"),
        ("PyTorch(entry_point='fit.py', role=read(), tags=read())", "only known when it runs: role, tags"),
        ("PyTorch(entry_point='fit.py', hyperparameters=read())", "only known when it runs: hyperparameters"),
        ("PyTorch(entry_point='fit.py', distribution={'mpi': {'enabled': True}})", "are started by mpi there"),
        ("PyTorch(entry_point='fit.py', role='Trainer')", "its role is named Trainer"),
        ("PyTorch(entry_point='fit.py', metric_definitions=[{'Name': 'a', 'Regex': 'a'}])", "the metric a has no"),
        ("PyTorch(entry_point='fit.py', subnets=['s'])", "its network is only known in part"),
        ("PyTorch(entry_point='fit.py').fit(read())", "its channels are only known at run time"),
        ("PyTorch(entry_point='fit.py').fit({'a': 'file://x'})", "the channel a is read from file://x there"),
    ],
)  # fmt: skip
def test_what_is_not_taken_over_is_told(project: Folder, call: str, told: str) -> None:
    head = "from sagemaker.estimator import Estimator\nfrom sagemaker.pytorch import PyTorch\n"
    project.write_all({"fit.py": TRAIN, "submit.py": f"{head}{call}\n"})
    assert told in "\n".join(detect(project.root).left_to_you)


def test_code_without_an_end_is_given_up_and_told(project: Folder) -> None:
    endless = (
        "x = [i for i in range(1000)]\n" * 200 + "from sagemaker.pytorch import PyTorch\nPyTorch('fit.py')\n"
    )
    project.write_all({"fit.py": TRAIN, **{f"submit_{n}.py": endless for n in range(9)}})
    left = [row for row in detect(project.root).left_to_you if "too large to be followed" in row]
    assert len(left) == 4


def test_a_trainer_with_all_that_it_may_be_given(project: Folder) -> None:
    submit = """
    from sagemaker.train import ModelTrainer
    from sagemaker.train.configs import *
    from sagemaker.train.distributed import Torchrun
    inputs = InputData("x", channel_name="train", content_type="text/csv",
        data_source=S3DataSource(s3_uri="s3://acme/t", s3_data_distribution_type="ShardedByS3Key", attribute_names=["a"]))
    trainer = ModelTrainer(
        source_code=SourceCode(entry_script="fit.py", ignore_patterns=["*.csv"]),
        networking=Networking(subnets=["subnet-1"], security_group_ids=["sg-1"], enable_network_isolation=True),
        output_data_config=OutputDataConfig(s3_output_path="s3://acme/o", kms_key_id="key", compression_type="NONE"),
        distributed=Torchrun(process_count_per_node=4),
        tags=[Tag(key="team", value="a")],
    )
    trainer.train(input_data_config=[inputs])
    """
    project.write_all({"fit.py": TRAIN, "submit.py": submit})
    found = detect(project.root)
    assert found.config["channels"]["train"] == {
        "cloud": "s3://acme/t",
        "distribution": "ShardedByS3Key",
        "content-type": "text/csv",
    }
    target = found.config["targets"]["cloud"]
    assert target["output-compression"] == "NONE"
    assert target["request"] == {
        "VpcConfig": {"Subnets": ["subnet-1"], "SecurityGroupIds": ["sg-1"]},
        "Tags": [{"Key": "team", "Value": "a"}],
        "EnableNetworkIsolation": True,
        "OutputDataConfig": {"KmsKeyId": "key"},
    }
    left = "\n".join(found.left_to_you)
    assert "not taken over of the channel train: attribute_names" in left
    assert "not taken over: source_code.ignore_patterns" in left
    assert "Torchrun with 4 processes a host" in left


def test_an_estimator_counts_for_more_than_the_config_of_the_sdk_however_deep(project: Folder) -> None:
    text = """
    SchemaVersion: '1.0'
    SageMaker:
      TrainingJob:
        EnableNetworkIsolation: true
        VpcConfig: {Subnets: [subnet-2], SecurityGroupIds: [sg-2]}
        ProfilerConfig: {DisableProfiler: true}
    """
    submit = "from sagemaker.pytorch import PyTorch\nPyTorch('fit.py', instance_type='ml.g5.xlarge', subnets=['subnet-1'])\n"
    project.write_all({"fit.py": TRAIN, "submit.py": submit, "config.yaml": text})
    found = detect(project.root)
    assert found.config["targets"]["cloud"] == {
        "backend": "sagemaker",
        "instance-type": "ml.g5.xlarge",
        "request": {
            "EnableNetworkIsolation": True,
            "VpcConfig": {"Subnets": ["subnet-1"], "SecurityGroupIds": ["sg-2"]},
        },
    }
    assert "config.yaml: not taken over: ProfilerConfig" in found.left_to_you


@pytest.mark.parametrize(
    "call",
    [
        "PyTorch()",
        "PyTorch(entry_point=name())",
        "PyTorch(entry_point='gone.py', hyperparameters={'a': 1})",
        "PyTorch(entry_point='fit.py', source_dir='s3://a/b', hyperparameters=load(), instance_type=kind, role=role())",
        "PyTorch(entry_point='fit.py', instance_type='local_gpu', instance_count=n, metric_definitions=[1, {}])",
        "ModelTrainer(source_code=make())",
        "PyTorch(**settings)",
    ],
)
def test_what_can_not_be_read_is_not_guessed(project: Folder, call: str) -> None:
    submit = f"import sagemaker\ne = {call}\ne.fit(channels)\ne.fit()\n"
    project.write_all({"fit.py": TRAIN, "submit.py": submit})
    found = detect(project.root)
    assert found.config["entry-point"] == "fit.py"
    assert set(found.config) - {"dependencies"} == {"name", "entry-point", "python", "targets"}
    assert found.config["targets"]["cloud"]["instance-type"] == "ml.m5.large"


def test_what_the_config_would_refuse_is_left_out(project: Folder) -> None:
    submit = """
    import sagemaker
    e = PyTorch(
        entry_point="fit.py",
        input_mode="FastFile",
        image_uri="123456789012.dkr.ecr.eu-central-1.amazonaws.com/x:1",
        environment={"not a name": "1", "FINE": 2},
        hyperparameters={"": 1, "n" * 300: 2, "fine": [1, 2]},
        role="SageMakerRole",
        max_run=0,
    )
    e.fit(inputs={"skylift": "s3://a/b", "not a name": "s3://a/b", "train": "s3://a/b"})
    """
    project.write_all({"fit.py": TRAIN, "submit.py": submit})
    found = detect(project.root)
    assert found.config["channels"] == {"train": {"cloud": "s3://a/b", "mode": "FastFile"}}
    assert found.config["hyperparameters"] == {"fine": [1, 2]}
    assert found.config["targets"] == {"cloud": {"backend": "sagemaker", "environment": {"FINE": "2"}}}
    assert "aws" not in found.config
    assert any("the image 123456789012.dkr" in row for row in found.left_to_you)
    write_config(project.root, found)
    load(project.root, environment={}, home=Path("/nonexistent"))


def test_an_image_that_is_brought_along_starts_its_own_train(project: Folder) -> None:
    submit = "import sagemaker\ne = Estimator(image_uri=f(), instance_type='ml.c5.xlarge', hyperparameters={'n': 1})\ne.fit()\n"
    project.write_all(
        {"box/train": "#!/usr/bin/env python3\nimport sklearn\nm.fit(1)\n", "submit.py": submit}
    )
    found = detect(project.root)
    assert found.config["entry-point"] == "box/train"
    assert found.config["hyperparameters"] == {"n": 1}
    assert found.config["targets"]["cloud"]["instance-type"] == "ml.c5.xlarge"


def test_what_is_tried_here_and_tuned_there_is_told_once(project: Folder) -> None:
    project.write("train.py", "import sklearn\nmodel.fit(x)\n")
    project.write(
        "submit.py",
        "from sagemaker.pytorch import PyTorch\n"
        "def start(role, kind):\n"
        "    PyTorch(entry_point='train.py', role=role, instance_type='local', wait=1).fit({'train': kind()})\n"
        "    PyTorch(entry_point='train.py', role=role, instance_type='ml.c5.xlarge', wait=1).fit({'train': kind()})\n",
    )
    found = detect(project.root)
    assert found.config["targets"]["cloud"]["instance-type"] == "ml.c5.xlarge"
    notes = [one for one in found.left_to_you if one.startswith("submit.py")]
    assert [note.partition(": ")[2] for note in notes] == [
        "its instance type there is local: see skylift run --on local and --on docker",
        "not taken over: wait",
        "only known when it runs: role, the channel train",
    ]


def test_channels_that_are_on_s3_lack_a_folder_here(project: Folder) -> None:
    project.write_all(
        {
            "fit.py": f"import os\nprint(os.environ['SM_CHANNEL_TRAIN'])\n{TRAIN}",
            "submit.py": "from sagemaker.pytorch import PyTorch\n"
            "PyTorch(entry_point='fit.py', instance_type='ml.c5.xlarge').fit({'train': 's3://b/train'})\n",
        }
    )
    found = detect(project.root)
    assert found.config["channels"] == {"train": {"cloud": "s3://b/train"}}
    (line,) = (line for line in found.left_to_you if "train" in line and "submit.py" not in line)
    assert line.endswith('for FOLDER, write\n[channels.train] local = "FOLDER"')
