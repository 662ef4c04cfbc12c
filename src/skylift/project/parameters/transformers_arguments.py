"""The dataclasses of transformers that scripts parse beside their own.

Facts of transformers 5.24, by looking at its parser; names that only 4.x has are marked. Defaults differ
between versions, and are left to the library.
"""

from __future__ import annotations

from skylift.project.parameters.reading import Option
from skylift.values.arguments import ANY, Parameter

_OF_TYPE = {
    "str": """output_dir lr_scheduler_type lr_scheduler_kwargs optim optim_args torch_compile_backend torch_compile_mode
        log_level log_level_replica report_to run_name eval_strategy save_strategy logging_strategy hub_model_id
        hub_strategy hub_token metric_for_best_model resume_from_checkpoint deepspeed fsdp_config accelerator_config
        ddp_backend gradient_checkpointing_kwargs project length_column_name""",
    "int": """per_device_train_batch_size per_device_eval_batch_size max_steps gradient_accumulation_steps
        eval_accumulation_steps save_total_limit seed data_seed dataloader_num_workers dataloader_prefetch_factor
        ddp_bucket_cap_mb ddp_timeout local_rank torch_empty_cache_steps""",
    "float": """num_train_epochs learning_rate weight_decay adam_beta1 adam_beta2 adam_epsilon max_grad_norm warmup_steps
        label_smoothing_factor neftune_noise_alpha logging_steps eval_steps eval_delay save_steps""",
    "bool": """do_train do_eval do_predict bf16 fp16 bf16_full_eval fp16_full_eval tf32 gradient_checkpointing
        torch_compile use_liger_kernel auto_find_batch_size logging_first_step log_on_each_node
        logging_nan_inf_filter disable_tqdm prediction_loss_only eval_on_start eval_do_concat_batches
        batch_eval_metrics save_only_model save_on_each_node push_to_hub hub_private_repo hub_always_push
        load_best_model_at_end greater_is_better ignore_data_skip full_determinism use_cpu dataloader_drop_last
        dataloader_pin_memory dataloader_persistent_workers remove_unused_columns ddp_find_unused_parameters
        skip_memory_metrics""",
}
_OF_4 = {
    "str": "logging_dir evaluation_strategy fp16_opt_level fp16_backend half_precision_backend",
    "int": "per_gpu_train_batch_size per_gpu_eval_batch_size past_index",
    "float": "warmup_ratio",
    "bool": "overwrite_output_dir group_by_length no_cuda save_safetensors use_ipex",
}
_SEQUENCES = {
    "bool": "predict_with_generate sortish_sampler",
    "int": "generation_max_length generation_num_beams",
    "path": "generation_config",
}
_LISTS = {"label_names": "str", "include_for_metrics": "str", "debug": ANY, "fsdp": ANY}
KNOWN = frozenset({"TrainingArguments", "Seq2SeqTrainingArguments"})
"""Classes of ``transformers``. What other libraries derive from them has more fields, and these too."""


def training_options(name: str) -> list[Option]:
    """The best known of the fields of such a class."""
    tables = [_OF_TYPE, _OF_4, *([_SEQUENCES] if name.startswith("Seq2Seq") else [])]
    found = [_option(key, kind) for table in tables for kind, keys in table.items() for key in keys.split()]
    return found + [_option(key, kind, "+") for key, kind in _LISTS.items()]


def _option(key: str, kind: str, nargs: str = "") -> Option:
    false = "False" if kind == "bool" else ""
    return Option(Parameter(key, "--" + key, kind, default_known=False, nargs=nargs, false=false), key)
