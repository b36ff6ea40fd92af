"""Whether the engine gets the cores it wants."""

from __future__ import annotations

from doctor.checks.framework.contract import Check, Judgement, ok, reading, warning
from doctor.checks.framework.versions import vllm_version
from doctor.schema.check import ThroughputCost
from doctor.schema.environment import Environment

_GPU_COST = ThroughputCost(
    text="the GPU waits for the engine's Python: with an 8B model on an H100 and vLLM 0.5.3 it worked 38 % of"
    " the time; in a container held to 4 cores its use fell from nearly 100 % to low",
    source="https://blog.vllm.ai/2024/09/05/perf-update.html and https://github.com/vllm-project/vllm/issues/9113",
)
_CPU_COST = ThroughputCost(
    text="on a CPU the cores are the accelerator: throughput is at best in proportion to them (arithmetic)",
    source="docs/checks/cpu-cores.md",
)
# One busy process per GPU, one for the engine core, one for the API server (vLLM pull request 33222).
_BESIDE_GPUS = 2
# On a CPU: one for the API server and engine core, and enough beside it that the kernels have work to share.
_WITHOUT_GPU = 4


def _judge(environment: Environment) -> Judgement:
    usable, machine = environment.cpus_usable, environment.cpus_machine
    gpus = len(environment.gpus)
    wanted = _BESIDE_GPUS + gpus if gpus else _WITHOUT_GPU
    of_machine = f" of {machine}" if machine and machine != usable else ""
    seen = [
        reading("usable cores", f"{usable}{of_machine}", "sched_getaffinity and cgroup quota"),
        reading("CPU", environment.cpu_model or "not told", "/proc/cpuinfo"),
    ]
    if usable >= wanted:
        return ok(f"{usable}{of_machine} usable, {wanted} wanted", *seen)
    version = vllm_version(environment.packages)
    engine = f"vLLM {version}" if version else "vLLM"
    why = f"{gpus} GPU{'s' if gpus > 1 else ''}" if gpus else "the CPU alone"
    return warning(
        f"{usable}{of_machine} usable; {engine} on {why} wants {wanted} or more",
        *seen,
        cost=_GPU_COST if gpus else _CPU_COST,
        action="Give the container or the job more cores; keep what else runs here off them.",
        command=f"docker run --cpus {wanted} …   # Kubernetes: resources.limits.cpu: {wanted}",
    )


CHECK = Check("cpu-cores", "CPU cores", "CPU and host", _judge)
