#!/usr/bin/env python
# coding=utf-8
import os
import sys
from dataclasses import dataclass, field
from typing import Optional

from datasets import load_dataset
from transformers import (
    AutoModelForTokenClassification,
    AutoTokenizer,
    HfArgumentParser,
    Trainer,
    TrainingArguments,
)


@dataclass
class ModelArguments:
    """Which model we are going to fine-tune."""

    model_name_or_path: str = field(metadata={"help": "Path to pretrained model"})
    cache_dir: Optional[str] = field(default=None, metadata={"help": "Where to store models"})


@dataclass
class DataArguments:
    """What data goes in."""

    task: str = field(default="ner", metadata={"help": "The task", "choices": ["ner", "pos"]})
    train_file: Optional[str] = field(default=None, metadata={"help": "A csv or JSON file"})
    overwrite_cache: bool = field(default=False, metadata={"help": "Overwrite the cache"})
    pad: bool = field(default=True)
    max_seq_length: int = field(default=128)


def main():
    parser = HfArgumentParser((ModelArguments, DataArguments, TrainingArguments))
    if len(sys.argv) == 2 and sys.argv[1].endswith(".json"):
        model_args, data_args, training_args = parser.parse_json_file(json_file=os.path.abspath(sys.argv[1]))
    else:
        model_args, data_args, training_args = parser.parse_args_into_dataclasses()
    raw = load_dataset("json", data_files={"train": data_args.train_file})
    tokenizer = AutoTokenizer.from_pretrained(model_args.model_name_or_path)
    model = AutoModelForTokenClassification.from_pretrained(model_args.model_name_or_path)
    trainer = Trainer(model=model, args=training_args, train_dataset=raw["train"])
    result = trainer.train()
    trainer.save_model()
    trainer.log_metrics("train", result.metrics)


if __name__ == "__main__":
    main()
