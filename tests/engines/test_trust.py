"""What a stranger's file may not make the engine do."""

from __future__ import annotations

import pytest

from doctor.engines.arguments import refuse_code, why_not_handed_through
from doctor.errors import UsageError
from doctor.schema.setup import EngineSettings, Scalar

CODE: dict[str, Scalar] = {
    "trust_remote_code": True,
    "worker_cls": "os.system",
    "worker_extension_cls": "evil",
    "scheduler_cls": "evil.Scheduler",
    "logits_processors": "evil:Processor",
    "distributed_executor_backend": "evil.Executor",
    "io_processor_plugin": "evil",
    "tool_parser_plugin": "evil",
    "tokenizer": "/tmp/evil",
    "hf_config_path": "/tmp/evil",
    "download_dir": "etc",
    "log_config_file": "x",
    "generation_config": "tmp",
    "model_loader_extra_config": "x",
    "load_format": "../../x",
    "otlp_traces_endpoint": "http://evil.example",
    "speculative_config": '{"model": "evil"}',
    "data_parallel_address": "evil",
    "attention_backend": "evil.module.Backend",
    "anything_new": "a b",
}
HARMLESS: dict[str, Scalar] = {
    "enforce_eager": True,
    "swap_space": 4,
    "cpu_offload_gb": 1.5,
    "attention_backend": "FLASH_ATTN",
    "distributed_executor_backend": "mp",
    "load_format": "safetensors",
    "disable_custom_all_reduce": None,
    "scheduling_policy": "fcfs",
    "max_lora_rank": 64,
}


@pytest.mark.parametrize("name", CODE)
def test_what_could_load_code_or_files_is_refused(name: str) -> None:
    with pytest.raises(UsageError, match=name) as caught:
        refuse_code(EngineSettings(extra={name: CODE[name]}))
    assert caught.value.where == f"engine.extra.{name}"
    assert ("--trust-remote-code" in caught.value.next_step) == (name == "trust_remote_code")


@pytest.mark.parametrize("name", HARMLESS)
def test_numbers_switches_and_plain_words_are_handed_through(name: str) -> None:
    assert why_not_handed_through(name, HARMLESS[name]) is None
    refuse_code(EngineSettings(extra={name: HARMLESS[name]}))
