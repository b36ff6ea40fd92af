"""The table of `nvidia-smi`: cards, power, temperature, memory, processes."""

from __future__ import annotations

import re
from collections.abc import Iterator

from doctor.evidence.contract import Document, Reader
from doctor.evidence.numbers import printed_number
from doctor.schema.evidence import Evidence, Fact
from doctor.schema.setup import Scalar

_NAME = "nvidia-smi"
_MARK = re.compile(r"NVIDIA-SMI \d")
_HEAD = re.compile(r"Driver Version:\s*(?P<driver>[\d.]+)\s+CUDA Version:\s*(?P<cuda>[\d.]+)")
_ROW = re.compile(r"^\|\s*(\d+)\s+(?P<name>[A-Z][\w .-]{3,40}?)\s+(?:On|Off)\s*\|")
_STATE = re.compile(
    r"^\|\s*\S+\s+(?P<temp>\d+)C\s+(?P<perf>P\d+)\s+(?P<draw>\d+)W\s*/\s*(?P<limit>\d+)W\s*\|\s*(?P<used>\d+)MiB\s*/"
    r"\s*(?P<total>\d+)MiB\s*\|\s*(?P<util>\d+)%"
)
_PROCESS = re.compile(
    r"^\|\s+(?P<gpu>\d+)\s+(?:\S+\s+\S+\s+)?(?P<pid>\d+)\s+C\S*\s+(?P<what>\S.{0,80}?)\s+(?P<mib>\d+)MiB\s*\|"
)
_HELD_MIB = 1000
"""Below it a process only has a context on the GPU."""


def _sniff(document: Document) -> bool:
    return _MARK.search(document.text) is not None


def _read(document: Document) -> Evidence:
    return Evidence(read=(f"{document.name}: {_NAME}",), environment=tuple(_facts(document)))


def _facts(document: Document) -> Iterator[Fact]:
    names = 0
    seen = set[str]()
    holders: dict[str, list[tuple[str, float]]] = {}
    for number, line in enumerate(document.text.splitlines(), 1):
        if len(line) > 1000:
            continue
        origin = document.at_line(number, _NAME)
        for path, value in _line(line):
            names += path == "gpu.name"
            if path not in seen:
                seen.add(path)
                yield Fact(path=path, value=value, origin=origin)
        if match := _PROCESS.match(line):
            yield Fact(path="gpu.process", value=f"{match['what']} {match['mib']} MiB", origin=origin)
            holders.setdefault(match["gpu"], []).append((match["what"], float(match["mib"])))
    if names:
        yield Fact(path="gpu.count", value=names, origin=document.at_line(1, _NAME))
    if (tenants := _tenants(holders)) is not None:
        yield Fact(path="gpu.tenants", value=tenants, origin=document.at_line(1, _NAME))


def _tenants(holders: dict[str, list[tuple[str, float]]]) -> str | None:
    """Processes that hold memory on one GPU, where there are several: an engine has one on each."""
    for processes in holders.values():
        large = [(what, mib) for what, mib in processes if mib >= _HELD_MIB]
        if len(large) > 1:
            return ", ".join(f"{what} {mib:.0f} MiB" for what, mib in large[:4])
    return None


def _line(line: str) -> Iterator[tuple[str, Scalar]]:
    if match := _HEAD.search(line):
        yield "driver", match["driver"]
        yield "cuda.driver", match["cuda"]
    if match := _ROW.match(line):
        yield "gpu.name", match["name"].strip()
    if match := _STATE.match(line):
        for group, path in (
            ("temp", "gpu.temperature_c"),
            ("limit", "gpu.power_limit_w"),
            ("draw", "gpu.power_w"),
            ("used", "gpu.memory_used_mib"),
            ("total", "gpu.memory_total_mib"),
            ("util", "gpu.utilization_percent"),
        ):
            yield path, printed_number(match[group])


READER = Reader(name=_NAME, sniff=_sniff, read=_read)
