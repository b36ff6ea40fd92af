"""Whether a cgroup quota stops the engine in the middle of its work."""

from __future__ import annotations

from doctor.checks.framework.contract import Check, Judgement, ok, problem, reading, unknown, warning
from doctor.checks.framework.units import percent
from doctor.schema.check import ThroughputCost
from doctor.schema.environment import Environment

_COST = ThroughputCost(
    text="no figure known; users saw the GPU's use fall from about 100 % to low at 4 cores",
    source="https://github.com/vllm-project/vllm/issues/9113",
)
_STOPPED_OFTEN = 0.05  # of the quota's periods


def _judge(environment: Environment) -> Judgement:
    quota, stopped = environment.cgroup_cpu_quota, environment.cgroup_cpu_throttled_fraction
    version = environment.cgroup_version
    if version is None:
        return unknown("control groups cannot be read")
    if quota is None:
        return ok("no quota", reading("CPU quota", "none", f"/sys/fs/cgroup (version {version})"))
    file = "cpu.max" if version == 2 else "cpu.cfs_quota_us"
    seen = [reading("CPU quota", f"{quota:g} cores", f"/sys/fs/cgroup, {file}")]
    if stopped is not None:
        seen.append(reading("periods stopped", percent(stopped), "/sys/fs/cgroup, cpu.stat"))
    if stopped is not None and stopped > _STOPPED_OFTEN:
        return problem(
            f"quota of {quota:g} cores; the group was stopped in {percent(stopped)} of its periods",
            *seen,
            cost=_COST,
            action="Lift the quota, or raise it above what the engine uses; better pin cores.",
            command="docker update --cpus 0 CONTAINER   # Kubernetes: no resources.limits.cpu",
        )
    affinity = len(environment.cpu_affinity) or environment.cpus_machine
    if affinity is not None and quota < affinity:
        return warning(
            f"quota of {quota:g} cores, but {affinity} are visible: thread pools are sized by those",
            *seen,
            cost=_COST,
            action="Pin as many cores as the quota allows, so that libraries size their pools by them.",
            command=f"docker run --cpuset-cpus 0-{max(0, int(quota) - 1)} …",
        )
    return ok(f"{quota:g} cores, all that are visible", *seen)


CHECK = Check("cpu-quota", "CPU quota", "CPU and host", _judge)
