"""Whether somebody else's processes, or leftovers of one's own, hold memory on the GPU."""

from __future__ import annotations

from doctor.checks.framework.contract import NO_FIGURE, Check, Judgement, ok, reading, unknown, warning
from doctor.checks.framework.per_gpu import per_gpu, where
from doctor.checks.framework.units import gib
from doctor.schema.environment import Environment, Gpu, GpuProcess

# The driver itself keeps some hundred MiB of a data-centre GPU; more than this is a tenant.
_DRIVER_RESERVE_BYTES = 2 << 30


def _judge(environment: Environment) -> Judgement:
    return per_gpu(environment, _judge_gpu)


def _judge_gpu(gpu: Gpu) -> Judgement:
    used = gpu.memory_used_bytes
    seen = (
        [reading("memory used", gib(used), where(gpu, "nvmlDeviceGetMemoryInfo"))] if used is not None else []
    )
    if gpu.processes:
        listed = ", ".join(_describe(process) for process in gpu.processes)
        others = "other process" if len(gpu.processes) == 1 else "other processes"
        held = f", {gib(used)} in use" if used is not None else ""
        busy = f", {gpu.utilization_percent:.0f} % busy" if gpu.utilization_percent else ""
        return warning(
            f"{len(gpu.processes)} {others} on the GPU{held}{busy}",
            reading("processes", listed, where(gpu, "nvmlDeviceGetComputeRunningProcesses")),
            *seen,
            cost=NO_FIGURE,
            action="Wait for them, end those that are yours, or take another GPU: they share its time, and"
            " memory they hold is lost to the KV cache.",
            command="nvidia-smi --query-compute-apps=pid,name,used_memory --format=csv",
        )
    if used is not None and used > _DRIVER_RESERVE_BYTES:
        return warning(
            f"{gib(used)} of the memory are in use by processes that cannot be seen from here",
            *seen,
            cost=NO_FIGURE,
            action="Look for them on the host: a container sees only its own processes.",
            command="nvidia-smi",
        )
    if used is None and gpu.processes is None:
        return unknown("the driver tells neither processes nor used memory")
    return ok("no other process", *seen)


def _describe(process: GpuProcess) -> str:
    whose = {True: "yours", False: "somebody else's", None: "owner not visible"}[process.same_user]
    memory = f", {gib(process.memory_used_bytes)}" if process.memory_used_bytes else ""
    return f"{process.name or 'process'} {process.pid} ({whose}{memory})"


CHECK = Check("gpu-tenants", "Other processes on the GPU", "GPU", _judge)
