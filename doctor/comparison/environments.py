"""In what two machines differ, as far as it bears on throughput."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from doctor.schema.comparison import Row
from doctor.schema.environment import Environment, Gpu
from doctor.schema.report import Report
from doctor.schema.setup import Scalar

_MOMENTARY = frozenset(
    """
    load_1m cpu_busy_percent memory_available_bytes swap_used_bytes shared_memory_free_bytes
    cgroup_memory_used_bytes cgroup_cpu_throttled_fraction notes disks
    """.split()  # noqa: SIM905  a list of words reads best as words
)
"""Readings of one moment: they differ between any two checks, and say nothing of either machine."""
_MOMENTARY_GPU = frozenset(
    """
    memory_used_bytes processes utilization_percent performance_state sm_clock_mhz memory_clock_mhz
    power_draw_w temperature_c pcie_generation throttle_reasons
    """.split()  # noqa: SIM905  likewise
)


def environment_rows(reports: Sequence[Report]) -> tuple[Row, ...]:
    """Every fact that is not the same on all sides; what a side does not know is None."""
    facts = [dict(_facts(report)) for report in reports]
    names = dict.fromkeys(name for side in facts for name in side)
    return tuple(
        Row(what=name, values=values)
        for name in names
        if len(set(map(str, values := tuple(side.get(name) for side in facts)))) > 1
    )


def _facts(report: Report) -> Iterator[tuple[str, Scalar]]:
    yield from _engine(report)
    environment = report.environment
    for name in Environment.model_fields:
        if name in _MOMENTARY or name in ("gpus", "packages", "engine_environment"):
            continue
        yield name, _scalar(getattr(environment, name))
    for index, gpu in enumerate(environment.gpus):
        for name in Gpu.model_fields:
            if name not in _MOMENTARY_GPU:
                yield f"gpus.{index}.{name}", _scalar(getattr(gpu, name))
    yield from (_named("packages", environment.packages))
    yield from (_named("engine_environment", environment.engine_environment))


def _engine(report: Report) -> Iterator[tuple[str, Scalar]]:
    """What the engine said of itself, which need not be what the machine's packages say."""
    engine = next((run.engine for run in report.runs if run.engine is not None), None)
    if engine is not None:
        yield "engine.vllm_version", engine.vllm_version
        yield "engine.torch_version", engine.torch_version
        yield "engine.device_name", engine.device_name


def _named(prefix: str, values: Mapping[str, Scalar]) -> Iterator[tuple[str, Scalar]]:
    for name, value in sorted(values.items()):
        yield f"{prefix}.{name}", value


def _scalar(value: object) -> Scalar:
    if value is None or isinstance(value, (bool, int, float, str)):
        return value
    if isinstance(value, Mapping):
        return ", ".join(f"{key}: {item}" for key, item in value.items())
    if isinstance(value, Sequence):
        return ", ".join(map(str, value))
    return str(value)
