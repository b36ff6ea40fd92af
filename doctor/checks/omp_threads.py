"""Whether OMP_NUM_THREADS lets threads get into each other's way."""

from __future__ import annotations

from doctor.checks.framework.contract import Check, Judgement, ok, reading, warning
from doctor.schema.check import ThroughputCost
from doctor.schema.environment import Environment

_COST = ThroughputCost(
    text="no figure known; vLLM warns of spin-wait contention and of cgroup throttling",
    source="vllm 0.32.0, utils/torch_utils.py, set_torch_threads_for_runtime",
)


def _judge(environment: Environment) -> Judgement:
    value = environment.engine_environment.get("OMP_NUM_THREADS")
    where = "environment variable OMP_NUM_THREADS"
    if value in {None, ""}:
        return ok("not set: vLLM chooses", reading("OMP_NUM_THREADS", "not set", where))
    seen = reading("OMP_NUM_THREADS", value, where)
    text = str(value)
    threads = int(text) if text.isdecimal() else None
    if threads is None:
        return warning(
            f"OMP_NUM_THREADS={text[:40]!r} is no number",
            seen,
            cost=_COST,
            action="Remove it.",
            command="unset OMP_NUM_THREADS",
        )
    if environment.gpus and threads > 1:
        return warning(
            f"{threads} threads: with a GPU, vLLM wants one in each process once it serves",
            seen,
            cost=_COST,
            action="Remove it; vLLM then takes many while it loads and one while it serves.",
            command="unset OMP_NUM_THREADS",
        )
    if threads > environment.cpus_usable:
        return warning(
            f"{threads} threads for {environment.cpus_usable} usable cores",
            seen,
            cost=_COST,
            action="Set it to the number of usable cores, or remove it.",
            command=f"export OMP_NUM_THREADS={environment.cpus_usable}",
        )
    return ok(f"{threads}", seen)


CHECK = Check("omp-threads", "OMP_NUM_THREADS", "Packages and engine", _judge)
