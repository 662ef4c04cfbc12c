from sagemaker.modules.configs import Compute, InputData, SourceCode, StoppingCondition
from sagemaker.modules.train import ModelTrainer

trainer = ModelTrainer(
    training_image="python:3.11",
    source_code=SourceCode(source_dir="source", entry_script="fit.py", requirements="requirements.txt"),
    compute=Compute(instance_type="ml.m5.2xlarge", instance_count=1, volume_size_in_gb=60),
    hyperparameters={"trees": 300},
    stopping_condition=StoppingCondition(max_runtime_in_seconds=7200),
    base_job_name="forest",
)

if __name__ == "__main__":
    trainer.train(input_data_config=[InputData(channel_name="train", data_source="s3://acme-ml/forest/train/")])
