"""What was sampled while the runs were made, as facts by which causes judge."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from doctor.schema.evidence import Fact, Origin
from doctor.schema.run import HostSample, Run
from doctor.schema.setup import Scalar

# NVML's clock-event bits (nvml.h, nvmlClocksEventReasons) under the names of ``nvidia-smi -q``.
_BITS = {
    "gpu.throttle.applications_clocks": 0x2,
    "gpu.throttle.sw_power_cap": 0x4,
    "gpu.throttle.hw_slowdown": 0x8,
    "gpu.throttle.sw_thermal": 0x20,
    "gpu.throttle.hw_thermal": 0x40,
}
_BUSY_PERCENT = 50.0
"""An idle GPU shows reasons that hold nothing back; only samples of a GPU at work count."""
_OFTEN = 0.05
"""A reason that shows in fewer of the samples is passed over: it held the run back by less."""


def run_facts(runs: Sequence[Run], cpus_machine: int | None) -> tuple[Fact, ...]:
    """The facts of all runs that delivered, together. ``cpus_machine``: cores that the machine shows."""
    delivered = [run for run in runs if run.status == "ok"]
    samples = [sample for run in delivered for sample in run.host_samples]
    origin = Origin(file=_files(delivered), path="host_samples", reader="telemetry")
    return tuple(
        Fact(path=path, value=value, origin=origin, weight="result")
        for path, value in (*_gpu(samples), *_cpu(samples, cpus_machine), *_quota(delivered))
        if value is not None
    )


def telemetry_lost(runs: Sequence[Run]) -> tuple[str, ...]:
    """In words, the runs in the middle of which the GPU's driver stopped to answer."""
    lost = []
    for run in runs:
        clocks = [sample.gpu_sm_clock_mhz for sample in run.host_samples]
        if clocks and clocks[0] is not None and clocks[-1] is None:
            first = next(sample.t_s for sample in run.host_samples if sample.gpu_sm_clock_mhz is None)
            lost.append(f"Run {run.position}: the GPU's driver stopped to answer after {first:.0f} s.")
    return tuple(lost)


def _gpu(samples: Sequence[HostSample]) -> Iterator[tuple[str, Scalar]]:
    used = [one.gpu_utilization_percent for one in samples if one.gpu_utilization_percent is not None]
    if used:
        yield "gpu.utilization_percent", round(sum(used) / len(used), 1)
    busy = [
        one.gpu_throttle_reasons
        for one in samples
        if one.gpu_throttle_reasons is not None
        and (one.gpu_utilization_percent is None or one.gpu_utilization_percent >= _BUSY_PERCENT)
    ]
    for path, bit in _BITS.items() if busy else ():
        shown = sum(bool(mask & bit) for mask in busy)
        often = shown >= max(1.0, _OFTEN * len(busy))
        yield path, f"in {shown} of {len(busy)} samples of the GPU at work" if often else False


def _cpu(samples: Sequence[HostSample], cpus_machine: int | None) -> Iterator[tuple[str, Scalar]]:
    """Cores in use: by the engine, and by everybody else on the machine."""
    seen = [
        (one.cpu_engine_percent / 100, one.cpu_machine_percent / 100)
        for one in samples
        if one.cpu_engine_percent is not None and one.cpu_machine_percent is not None
    ]
    if not seen or not cpus_machine:
        return
    engine = sum(cores for cores, _ in seen) / len(seen)
    machine = sum(share for _, share in seen) / len(seen) * cpus_machine
    yield "cpu.engine_cores", round(engine, 2)
    yield "cpu.other_cores", round(max(0.0, machine - engine), 2)


def _quota(runs: Sequence[Run]) -> Iterator[tuple[str, Scalar]]:
    """The share of the quota's periods in which the group was stopped, over all runs."""
    periods = stopped = 0
    for run in runs:
        told = [
            (one.cpu_quota_periods, one.cpu_quota_stopped)
            for one in run.host_samples
            if one.cpu_quota_periods is not None and one.cpu_quota_stopped is not None
        ]
        if len(told) > 1:
            periods += told[-1][0] - told[0][0]
            stopped += told[-1][1] - told[0][1]
    if periods > 0:
        yield "cpu.quota_stopped_share", round(stopped / periods, 3)


def _files(runs: Sequence[Run]) -> str:
    positions = [f"{run.position:04d}" for run in runs]
    if len(positions) < 2:
        return f"runs/{''.join(positions)}.json"
    return f"runs/{positions[0]}.json to {positions[-1]}.json"
