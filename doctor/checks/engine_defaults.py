"""What this vLLM takes on this GPU where nothing is said."""

from __future__ import annotations

from typing import Any

from doctor.checks.framework.contract import Check, Judgement, ok, reading, skipped, unknown
from doctor.checks.framework.tables import table
from doctor.checks.framework.versions import Release, release, vllm_version
from doctor.schema.environment import Environment

_SOURCE = "vLLM, engine/arg_utils.py, by version and GPU memory"


def _judge(environment: Environment) -> Judgement:
    version = vllm_version(environment.packages)
    if version is None:
        return skipped("vLLM is not installed in the engine's Python")
    mine = release(version)
    if mine is None:
        return unknown(f"{version!r} is not a release")
    rule = (
        _gpu_rule(environment, mine) if environment.gpus else _newest(table("engine_defaults")["cpu"], mine)
    )
    if rule is None:
        return unknown(f"the defaults of {version} on this machine are not in qdoctor's table")
    sequences = [
        rule.get("max_num_seqs_server", rule.get("max_num_seqs")),
        rule.get("max_num_seqs_llm", rule.get("max_num_seqs")),
    ]
    tokens = [rule["batched_tokens_server"], rule["batched_tokens_llm"]]
    share = _newest(table("engine_defaults")["gpu_memory_utilization"], mine)
    seen = [
        reading("max_num_seqs", _pair(sequences), _SOURCE),
        reading("max_num_batched_tokens", _pair(tokens), _SOURCE),
    ]
    if environment.gpus and share is not None:
        seen.append(reading("gpu_memory_utilization", f"{share['value']:.2f}", _SOURCE))
    return ok(f"{version}: {', '.join(f'{one.what} {one.value}' for one in seen)}", *seen)


def _pair(server_and_llm: list[Any]) -> str:
    server, llm = server_and_llm
    return f"{server}" if server == llm else f"{server} (server) or {llm} (LLM class)"


def _gpu_rule(environment: Environment, mine: Release) -> dict[str, Any] | None:
    gpu = environment.gpus[0]
    # Of a slice it depends on the version, and on how the slice is named, whose memory vLLM sees.
    if gpu.memory_total_bytes is None or gpu.mig_enabled:
        return None
    memory_gib = gpu.memory_total_bytes / (1 << 30)
    is_a100 = "a100" in gpu.name.lower()
    rules: list[dict[str, Any]] = table("engine_defaults")["gpu"]
    for rule in rules:
        fits = memory_gib >= rule["device_gib"] and rule.get("a100", is_a100) == is_a100
        if fits and mine >= (release(rule["since"]) or ()):
            return rule
    return None


def _newest(rules: list[dict[str, Any]], mine: Release) -> dict[str, Any] | None:
    return next((rule for rule in rules if mine >= (release(rule["since"]) or ())), None)


CHECK = Check("engine-defaults", "Defaults of this vLLM on this machine", "Packages and engine", _judge)
