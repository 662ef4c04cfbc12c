import os
import sys
from typing import List

import fire
import torch
import transformers
from datasets import load_dataset
from peft import LoraConfig, get_peft_model


def train(
    # model/data params
    base_model: str = "",  # the only required argument
    data_path: str = "acme/instructions",
    output_dir: str = "./adapter",
    # training hyperparams
    batch_size: int = 128,
    learning_rate: float = 3e-4,
    modules: List[str] = ["q_proj", "v_proj"],
    train_on_inputs: bool = True,
    resume_from_checkpoint: str = None,
):
    assert base_model, "Please specify a --base_model"
    world_size = int(os.environ.get("WORLD_SIZE", 1))
    device_map = {"": int(os.environ.get("LOCAL_RANK") or 0)} if world_size != 1 else "auto"
    model = transformers.AutoModelForCausalLM.from_pretrained(base_model, device_map=device_map)
    model = get_peft_model(model, LoraConfig(target_modules=modules))
    data = load_dataset(data_path)
    trainer = transformers.Trainer(
        model=model,
        train_dataset=data["train"],
        args=transformers.TrainingArguments(output_dir=output_dir, learning_rate=learning_rate),
    )
    trainer.train(resume_from_checkpoint=resume_from_checkpoint)
    model.save_pretrained(output_dir)


if __name__ == "__main__":
    fire.Fire(train)
