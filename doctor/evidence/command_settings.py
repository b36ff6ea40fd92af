"""Which setting a flag of which tool sets."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from doctor.evidence.command_flags import Flag, Flags, Kind, value_of
from doctor.evidence.setting_names import scalar, setting_path
from doctor.schema.command import Tool
from doctor.schema.paths import EXTRA
from doctor.schema.setup import Scalar

_ENGINE: dict[str, Kind] = {
    "gpu_memory_utilization": "number",
    "num_gpu_blocks_override": "count",
    "kv_cache_memory_bytes": "count",
    "block_size": "count",
    "max_num_seqs": "count",
    "max_num_batched_tokens": "count",
    "max_model_len": "count",
    "enforce_eager": "switch",
    "dtype": "text",
    "kv_cache_dtype": "text",
    "quantization": "text",
    "enable_prefix_caching": "switch",
    "enable_chunked_prefill": "switch",
    "async_scheduling": "switch",
    "tensor_parallel_size": "count",
}
_SAMPLING: dict[str, Kind] = {
    "temperature": "number",
    "top_p": "number",
    "top_k": "count",
    "min_p": "number",
    "presence_penalty": "number",
    "frequency_penalty": "number",
    "repetition_penalty": "number",
    "logprobs": "count",
    "ignore_eos": "switch",
}
_CLIENT_WORKLOAD: dict[str, tuple[str, Kind]] = {
    "num_prompts": ("workload.num_prompts", "count"),
    "max_concurrency": ("workload.max_concurrency", "count"),
    "request_rate": ("workload.request_rate_per_s", "rate"),
}
_OFFLINE_WORKLOAD: dict[str, tuple[str, Kind]] = {
    "num_prompts": ("workload.num_prompts", "count"),
    "n": ("sampling.n", "count"),
}

_LENGTH_FLAGS_NAMES = """
input_len output_len prefix_len random_input_len random_output_len random_prefix_len
random_range_ratio sharegpt_output_len custom_output_len hf_output_len dataset dataset_name
dataset_path
"""
LENGTH_FLAGS = frozenset(_LENGTH_FLAGS_NAMES.split())
"""Flags that decide over the lengths together; they are read in one place."""

_WITHOUT_EFFECT_NAMES = """
host port base_url endpoint api_key tokenizer served_model_name download_dir output_json result_dir
result_filename metadata label percentile_metrics metric_percentiles goodput hf_token revision
uvicorn_log_level log_level chat_template tool_call_parser enable_auto_tool_choice reasoning_parser
allowed_origins root_path ssl_keyfile ssl_certfile save_result save_detailed append_result
disable_tqdm header num_warmups seed task runner request_id_prefix ready_check_timeout_sec
trust_remote_code backend endpoint_type async_engine use_tqdm_on_load model model_tag
disable_log_requests enable_log_requests disable_log_stats data_parallel_address help
"""
_WITHOUT_EFFECT = frozenset(_WITHOUT_EFFECT_NAMES.split())
"""Flags that change no setting of ours; the backend and warm-ups are told by the tool's notes."""

_ELSEWHERE = {
    "max_concurrency": "belongs to vllm bench serve",
    "request_rate": "belongs to vllm bench serve",
    "burstiness": "belongs to vllm bench serve",
    **dict.fromkeys(_SAMPLING, "belongs to vllm bench serve; this tool draws with temperature 1 and top_p 1"),
}


class Setting(NamedTuple):
    """One setting that a flag sets."""

    path: str
    value: Scalar
    flag: str


def settings_of(tool: Tool, flags: Flags) -> Iterator[Setting | str]:
    """What the flags of a tool set; a text for each flag that sets nothing, with the reason.

    Raises UsageError for a value that cannot be.
    """
    for flag in flags.values():
        if flag.name in LENGTH_FLAGS and tool != "vllm serve":
            continue
        known = _known(tool, flag.name)
        if known is not None and flag.value is not None and "$" in flag.value:
            yield f"{flag.text}: holds a shell variable whose value was not pasted"
        elif known is not None:
            yield Setting(known[0], value_of(flag, known[1]), flag.text)
        elif flag.name == "disable_detokenize" and _is_offline(tool):
            yield Setting("sampling.detokenize", not value_of(flag, "switch"), flag.text)
        elif flag.name not in _WITHOUT_EFFECT:
            yield _extra(tool, flag) or f"{flag.text}: {_why_unread(tool, flag.name)}"


def _known(tool: Tool, name: str) -> tuple[str, Kind] | None:
    if tool == "vllm bench serve":
        if name in _SAMPLING:
            return f"sampling.{name}", _SAMPLING[name]
        return _CLIENT_WORKLOAD.get(name)
    if _is_offline(tool) and name in _OFFLINE_WORKLOAD:
        return _OFFLINE_WORKLOAD[name]
    if name in _ENGINE:
        return f"engine.{name}", _ENGINE[name]
    return None


def _extra(tool: Tool, flag: Flag) -> Setting | None:
    """An engine argument that moves throughput and that no field of a setup holds."""
    path = setting_path(flag.name)
    if tool == "vllm bench serve" or path is None or not path.startswith(EXTRA):
        return None
    if flag.value is not None and flag.value.lstrip()[:1] in ("{", "["):
        return None
    return Setting(path, flag.on if flag.value is None else scalar(flag.value), flag.text)


def _is_offline(tool: Tool) -> bool:
    return tool in ("vllm bench throughput", "benchmark_throughput.py")


def _why_unread(tool: Tool, name: str) -> str:
    if _is_offline(tool) and name in _ELSEWHERE:
        return f"{_ELSEWHERE[name]}, {tool} has no such flag"
    if tool == "vllm bench serve" and name in _ENGINE:
        return "is an engine setting; it belongs to the server's command"
    if name in ("config", "extra_body") or setting_path(name) is not None:
        return "holds settings of its own, which were not read"
    return "is not known to qdoctor"
