"""Names that vLLM's flags, arguments and logs use, as dotted paths of ``Setup``."""

from __future__ import annotations

import math
import re

from doctor.schema.setup import EngineSettings, Sampling, Scalar

_ENGINE = frozenset(EngineSettings.model_fields) - {"extra"}
_SAMPLING = frozenset(Sampling.model_fields)

_WORKLOAD = {
    "input_len": "workload.input_len",
    "random_input_len": "workload.input_len",
    "output_len": "workload.output_len",
    "random_output_len": "workload.output_len",
    "max_tokens": "workload.output_len",
    "max_new_tokens": "workload.output_len",
    "max_completion_tokens": "workload.output_len",
    "num_prompts": "workload.num_prompts",
    "max_concurrency": "workload.max_concurrency",
    "concurrency": "workload.max_concurrency",
    "request_rate": "workload.request_rate_per_s",
}
_RENAMED = {
    "max_seq_len": "engine.max_model_len",
    "tp": "engine.tensor_parallel_size",
    "pp": "engine.extra.pipeline_parallel_size",
    "dp": "engine.extra.data_parallel_size",
    "q": "engine.quantization",
    "quantization_method": "engine.quantization",
    "chunked_prefill_enabled": "engine.enable_chunked_prefill",
    "num_gpu_blocks": "engine.extra.num_gpu_blocks",
    "cache_dtype": "engine.kv_cache_dtype",
}
_SAMPLING_EXTRA_NAMES = """
prompt_logprobs best_of use_beam_search min_tokens seed stop bad_words logit_bias logits_processors
guided_json guided_regex guided_grammar guided_choice structured_outputs response_format
skip_special_tokens
"""
_SAMPLING_EXTRA = frozenset(_SAMPLING_EXTRA_NAMES.split())
_CLIENT_NAMES = """
dataset_name dataset_path dataset random_range_ratio random_prefix_len burstiness num_warmups
backend endpoint_type percentile_metrics disable_detokenize async_engine skip_tokenizer_init
hf_max_batch_size output_json host port base_url endpoint save_result save_detailed batch_size
num_iters
"""
_CLIENT = frozenset(_CLIENT_NAMES.split())
_ENGINE_EXTRA_NAMES = """
enable_lora max_loras max_lora_rank speculative_config speculative_model num_speculative_tokens
compilation_config cpu_offload_gb swap_space pipeline_parallel_size data_parallel_size
attention_backend disable_custom_all_reduce distributed_executor_backend generation_config
load_format model_impl tokenizer_mode trust_remote_code max_seq_len_to_capture num_scheduler_steps
max_cudagraph_capture_size cuda_graph_sizes disable_log_requests enable_log_requests
disable_log_stats api_server_count stream_interval mm_processor_kwargs limit_mm_per_prompt
preemption_mode disable_async_output_proc use_v2_block_manager guided_decoding_backend
optimization_level numa_bind enable_expert_parallel disable_sliding_window scheduling_policy
watermark num_lookahead_slots device_config
"""
_ENGINE_EXTRA = frozenset(_ENGINE_EXTRA_NAMES.split())


def setting_path(name: str) -> str | None:
    """The dotted path of an argument's name, or None for a name that is no setting."""
    name = name.lstrip("-").replace("-", "_")
    if name in _RENAMED:
        return _RENAMED[name]
    if name in _WORKLOAD:
        return _WORKLOAD[name]
    if name in _ENGINE:
        return f"engine.{name}"
    if name in _SAMPLING:
        return f"sampling.{name}"
    if name == "model":
        return "model.name"
    for group, prefix in (
        (_SAMPLING_EXTRA, "sampling.extra"),
        (_CLIENT, "client"),
        (_ENGINE_EXTRA, "engine.extra"),
    ):
        if name in group:
            return f"{prefix}.{name}"
    return None


def engine_setting_path(name: str) -> str:
    """The path of an engine argument; unknown ones are kept as extras."""
    path = setting_path(name)
    return (
        path
        if path and not path.startswith(("workload.", "client.", "sampling."))
        else f"engine.extra.{name}"
    )


def scalar(text: str) -> Scalar:
    """A value as it is printed, typed: ``True``, ``0.9``, ``16384``, ``'auto'``, ``None``, ``8k``."""
    text = text.strip().strip("'\"")
    lowered = text.lower()
    if lowered in ("true", "false"):
        return lowered == "true"
    if lowered in ("none", "null", ""):
        return None
    if re.fullmatch(r"-?\d{1,18}", text):
        return int(text)
    if re.fullmatch(r"\d+(\.\d+)?[kK]", text):
        return round(float(text[:-1]) * 1000)
    if re.fullmatch(r"-?\d*\.?\d+(e[+-]?\d+)?", lowered) and math.isfinite(float(text)):
        return float(text)
    return text[:500]
