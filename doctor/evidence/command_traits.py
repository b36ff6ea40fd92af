"""What a tool fixes or chooses without being told, and what a reader must know about it."""

from __future__ import annotations

from collections.abc import Iterator

from doctor.evidence.command_flags import Flags
from doctor.evidence.command_lengths import is_random
from doctor.evidence.command_settings import Setting
from doctor.schema.command import Tool
from doctor.schema.setup import Sampling, Scalar
from doctor.schema.versions import parse_version

_DISTINCT_SINCE = (0, 6, 5)
"""Pull request 10753 of 2024-12-02 made the script's prompts differ; before, all were one text."""
_GREEDY_BELOW = (0, 15, 0)
"""vllm bench serve sent temperature 0 by default in 0.8.5 to 0.14.0, and not in 0.17.1 to 0.32.0."""
_SERVER_CHOOSES_SINCE = (0, 17, 0)
_IGNORES_EOS_SINCE = (0, 11, 0)
_NUM_PROMPTS = 1000

# What SamplingParams draws with in vLLM's offline benchmark; only n and detokenize are flags.
_OFFLINE_SAMPLING: dict[str, Scalar] = {
    f"sampling.{name}": value
    for name, value in Sampling(temperature=1.0, top_p=1.0, ignore_eos=True).model_dump().items()
}


def fixed_by_tool(tool: Tool, flags: Flags, version: str | None) -> Iterator[Setting]:
    """The settings that the tool has without a flag; a flag that is given comes after and wins."""
    if tool == "vllm serve":
        return
    yield Setting("workload.num_prompts", _NUM_PROMPTS, f"default of {tool}")
    yield Setting("workload.max_concurrency", None, f"{tool} hands over all requests at once")
    yield Setting("workload.request_rate_per_s", None, f"{tool} hands over all requests at once")
    yield from _prompts(tool, flags, version)
    if tool == "vllm bench serve":
        yield from _client_sampling(tool, flags, version)
    else:
        for path, value in _OFFLINE_SAMPLING.items():
            yield Setting(path, value, f"fixed in {tool}")


def notes_on(tool: Tool, flags: Flags, version: str | None) -> Iterator[str]:
    """What a reader must know about this run, in sentences."""
    if "config" in flags:
        yield "Settings in the file of --config were not read; they may change the run."
    if tool == "vllm bench serve":
        yield from _client_notes(flags, version)
    if tool == "benchmark_throughput.py" and parse_version(version) is None and is_random(tool, flags):
        yield (
            "benchmark_throughput.py sent one and the same prompt in every request before December 2024 "
            "(0.6.5), and distinct ones since; the version is not known here."
        )
    backend = flags["backend"].value if "backend" in flags else None
    if tool != "vllm serve" and backend and "chat" in backend:
        yield f"--backend {backend[:60]} puts the chat template around every prompt, which adds tokens."


def _prompts(tool: Tool, flags: Flags, version: str | None) -> Iterator[Setting]:
    if not is_random(tool, flags):
        return
    numbers = parse_version(version)
    if tool != "benchmark_throughput.py":
        yield Setting("workload.prompts", "distinct", f"the random dataset of {tool}")
    elif numbers is not None:
        prompts = "identical" if numbers < _DISTINCT_SINCE else "distinct"
        yield Setting("workload.prompts", prompts, f"{tool} of vLLM {version}")


def _client_sampling(tool: Tool, flags: Flags, version: str | None) -> Iterator[Setting]:
    numbers = parse_version(version)
    if numbers is not None and numbers < _GREEDY_BELOW:
        yield Setting("sampling.temperature", 0.0, f"default of {tool} in vLLM {version}")
    if is_random(tool, flags) and (numbers is None or numbers >= _IGNORES_EOS_SINCE):
        yield Setting("sampling.ignore_eos", True, f"{tool} sets it for the random dataset")
    else:
        yield Setting("sampling.ignore_eos", False, f"default of {tool}")


def _client_notes(flags: Flags, version: str | None) -> Iterator[str]:
    numbers = parse_version(version)
    if "temperature" not in flags and (numbers is None or numbers >= _GREEDY_BELOW):
        known = "sends" if numbers is not None and numbers >= _SERVER_CHOOSES_SINCE else "may send"
        yield (
            f"Without --temperature, vllm bench serve of this version {known} none. The server then takes "
            "the model's generation_config.json (not with --generation-config vllm), which may set "
            "temperature, top_p, top_k and penalties."
        )
