"""Whether the libraries that vLLM's CPU build asks for are loaded before it."""

from __future__ import annotations

from doctor.checks.framework.contract import Check, Judgement, ok, reading, skipped, warning
from doctor.checks.framework.versions import vllm_version
from doctor.schema.check import ThroughputCost
from doctor.schema.environment import Environment

_COST = ThroughputCost(
    text="no figure known; vLLM says 'for best performance', and 'significant performance loss' for"
    " speculative decoding without Intel's OpenMP",
    source="vllm 0.32.0, v1/worker/cpu_worker.py",
)


def _judge(environment: Environment) -> Judgement:
    if environment.gpus:
        return skipped("for the CPU build only")
    if vllm_version(environment.packages) is None:
        return skipped("vLLM is not installed in the engine's Python")
    loaded = str(environment.engine_environment.get("LD_PRELOAD") or "")
    wanted = ["libtcmalloc"]
    if any(flag.startswith(("avx", "amx")) for flag in environment.cpu_flags):
        wanted.append("libiomp")  # Intel's OpenMP, for x86 alone
    missing = [library for library in wanted if library not in loaded]
    seen = reading("LD_PRELOAD", loaded or "not set", "environment variable LD_PRELOAD")
    if missing:
        return warning(
            f"{' and '.join(missing)} not preloaded",
            seen,
            cost=_COST,
            action="Preload them: Debian's package libtcmalloc-minimal4 holds the one, the Python package"
            " intel-openmp the other.",
            command='export LD_PRELOAD="$(find /usr -name libtcmalloc_minimal.so.4 | head -1):$LD_PRELOAD"',
        )
    return ok(f"{' and '.join(wanted)} preloaded", seen)


CHECK = Check("cpu-preload", "Libraries for the CPU build", "Packages and engine", _judge)
