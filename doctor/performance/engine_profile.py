"""What vLLM does where nobody says otherwise, by version, device and way of use.

Read in vLLM 0.8.5, 0.11.2, 0.17.1, 0.18.1, 0.20.2, 0.32.0 and 0.33.0: ``engine/arg_utils.py``
(``get_batch_defaults``), ``config/{cache,scheduler,vllm}.py``. A version between two of these
takes the older one's value unless the change is dated.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

from doctor.errors import UsageError
from doctor.performance.costs import costs
from doctor.performance.memory import GIB
from doctor.performance.sampling_times import Picker
from doctor.schema.setup import Setup

Usage = Literal["offline", "server", "cpu offline", "cpu server"]
CURRENT = (0, 32)
_V1 = (0, 8)
_V0_GRAPH_CONTEXT, _NO_LIMIT = 8192, 2**31
"""``max_context_len_to_capture`` of vLLM 0.2.7 to 0.5; the speeds of 0.6.3 show no such limit."""


@dataclass(frozen=True)
class HostProfile:
    """Seconds of host work per engine step, and whether the GPU's time hides it."""

    per_step_s: float
    per_request_s: float
    hidden: bool
    spread: float
    """Relative (log) standard deviation."""


def host_async() -> HostProfile:
    """Asynchronous scheduling: the next step is prepared while the GPU works."""
    return HostProfile(costs().host_async_step_s, costs().host_request_s, hidden=True, spread=0.5)


def host_sync() -> HostProfile:
    """The same work on the critical path."""
    return HostProfile(costs().host_sync_step_s, costs().host_request_s, hidden=False, spread=0.5)


def host_cpu() -> HostProfile:
    """A CPU engine: one process, so nothing hides anything. What it costs only a calibration tells."""
    return HostProfile(0.0, 0.0, hidden=False, spread=0.5)


def host_v0() -> HostProfile:
    """V0: scheduling, input preparation and detokenisation in one thread."""
    return HostProfile(costs().host_v0_step_s, costs().host_v0_request_s, hidden=False, spread=0.6)


@dataclass(frozen=True)
class EngineProfile:
    """The engine settings that a prediction runs with, all filled in."""

    version: tuple[int, int]
    version_stated: bool
    gpu_memory_utilization: float
    max_num_seqs: int
    max_num_batched_tokens: int
    block_size: int
    enable_prefix_caching: bool
    enable_chunked_prefill: bool
    enforce_eager: bool
    reserve_full_prompt: bool
    watermark: float
    graph_bytes: int
    largest_graph: int
    longest_graph: int
    """Context tokens beyond which decoding leaves the graphs."""
    compiled: bool
    """Whether steps outside the graphs run compiled pieces (V1) or plain PyTorch (V0)."""
    host: HostProfile
    picker: Picker
    """What applies top-k and top-p."""
    picker_stated: bool

    def padded(self, tokens: int) -> int:
        """Tokens after padding to the CUDA graph that is used; unpadded beyond the largest."""
        if self.enforce_eager or tokens > self.largest_graph:
            return tokens
        if tokens <= 2:
            return tokens
        step = 4 if tokens <= 4 else 8 if tokens <= 256 else 16
        return -(-tokens // step) * step


def parse_version(version: str | None) -> tuple[int, int] | None:
    """(0, 17) from "0.17.1" or "v0.17.1.post1"; None where there is none."""
    if not version:
        return None
    match = re.match(r"v?(\d+)\.(\d+)", version)
    if match is None:
        raise UsageError(f"Not a vLLM version: {version!r}", next_step="Write it as 0.17.1")
    return int(match[1]), int(match[2])


def engine_profile(
    setup: Setup,
    *,
    device_name: str,
    device_memory_bytes: int,
    usage: Usage,
    graph_limit: int = 512,
    flashinfer: bool | None = None,
) -> EngineProfile:
    """The setup's engine settings over the defaults of its version on that device.

    ``flashinfer``: whether vLLM samples with FlashInfer; None: its version's default.
    """
    given, stated = setup.engine, parse_version(setup.software.version)
    version = stated or CURRENT
    tokens, seqs = _batch_defaults(version, device_name, device_memory_bytes, usage)
    if version < _V1:
        tokens = max(given.max_model_len or _model_length(setup), 2048)
    seqs = given.max_num_seqs or seqs
    eager = bool(given.enforce_eager)
    return EngineProfile(
        version=version,
        version_stated=stated is not None,
        gpu_memory_utilization=given.gpu_memory_utilization or (0.92 if version >= (0, 20) else 0.9),
        max_num_seqs=seqs,
        max_num_batched_tokens=given.max_num_batched_tokens or max(tokens, seqs),
        block_size=given.block_size or (128 if usage.startswith("cpu") else 16),
        enable_prefix_caching=_choose(given.enable_prefix_caching, version >= _V1),
        enable_chunked_prefill=_choose(given.enable_chunked_prefill, version >= _V1),
        enforce_eager=eager,
        reserve_full_prompt=version >= (0, 20) or version < _V1,
        watermark=0.01 if version < _V1 else 0.0,
        graph_bytes=round(costs().cuda_graphs_bytes) if version >= (0, 20) and not eager else 0,
        largest_graph=0 if usage.startswith("cpu") else min(2 * seqs, graph_limit),
        longest_graph=_V0_GRAPH_CONTEXT if version < (0, 6) else _NO_LIMIT,
        compiled=version >= _V1,
        host=host_cpu() if usage.startswith("cpu") else _host(version, given.async_scheduling),
        picker=_picker(version, flashinfer),
        picker_stated=flashinfer is not None,
    )


def _picker(version: tuple[int, int], flashinfer: bool | None) -> Picker:
    """FlashInfer is the default from 0.21 on (pull request 40376), where it is installed; Triton's
    kernel came with 0.17 (33538); before, a sort."""
    if _choose(flashinfer, version >= (0, 21)):
        return "flashinfer"
    return "triton" if version >= (0, 17) else "sort"


def _choose(given: bool | None, default: bool) -> bool:
    return default if given is None else given


def _model_length(setup: Setup) -> int:
    return setup.model.architecture.max_position_embeddings if setup.model.architecture else 2048


def _host(version: tuple[int, int], asynchronous: bool | None) -> HostProfile:
    if version < _V1:
        return host_v0()
    return host_async() if _choose(asynchronous, version >= (0, 14)) else host_sync()


def _batch_defaults(
    version: tuple[int, int], device_name: str, memory_bytes: int, usage: Usage
) -> tuple[int, int]:
    """(max_num_batched_tokens, max_num_seqs). The A100 test is one of names, as in vLLM."""
    server = usage.endswith("server")
    if usage.startswith("cpu"):
        return (2048, 128) if server else (4096, 256)
    if memory_bytes >= 160 * GIB and version >= (0, 20):
        return 16384, 1024
    if memory_bytes >= 70 * GIB and (version < (0, 9) or "a100" not in device_name.lower()):
        return (8192 if server else 16384), 1024 if version >= _V1 else 256
    return (2048 if server else 8192), 256
