"""`nvidia-smi` and `nvidia-smi -q`: power, clocks, temperature, throttle reasons, processes."""

from __future__ import annotations

import re
from collections.abc import Iterator

from doctor.evidence.contract import Document, Reader
from doctor.evidence.numbers import printed_number
from doctor.schema.evidence import Evidence, Fact
from doctor.schema.setup import Scalar

_NAME = "nvidia-smi"
_MARK = re.compile(r"NVIDIA-SMI \d|=+NVSMI LOG=+")
_HEAD = re.compile(r"Driver Version:\s*(?P<driver>[\d.]+)\s+CUDA Version:\s*(?P<cuda>[\d.]+)")
_ROW = re.compile(r"^\|\s*(\d+)\s+(?P<name>[A-Z][\w .-]{3,40}?)\s+(?:On|Off)\s*\|")
_STATE = re.compile(
    r"^\|\s*\S+\s+(?P<temp>\d+)C\s+(?P<perf>P\d+)\s+(?P<draw>\d+)W\s*/\s*(?P<limit>\d+)W\s*\|\s*(?P<used>\d+)MiB\s*/"
    r"\s*(?P<total>\d+)MiB\s*\|\s*(?P<util>\d+)%"
)
_PROCESS = re.compile(
    r"^\|\s+\d+\s+(?:\S+\s+\S+\s+)?(?P<pid>\d+)\s+C\S*\s+(?P<what>\S.{0,80}?)\s+(?P<mib>\d+)MiB\s*\|"
)
_QUERY = (
    (re.compile(r"^\s*Product Name\s*:\s*(.{1,60})"), "gpu.name", str),
    (re.compile(r"^\s*Driver Version\s*:\s*(\S+)"), "driver", str),
    (re.compile(r"^\s*(?:Current )?Power Limit\s*:\s*([\d.]+) W"), "gpu.power_limit_w", float),
    (re.compile(r"^\s*Default Power Limit\s*:\s*([\d.]+) W"), "gpu.power_limit_default_w", float),
    (re.compile(r"^\s*GPU Current Temp\s*:\s*(\d+) C"), "gpu.temperature_c", float),
    (re.compile(r"^\s*GPU Slowdown Temp\s*:\s*(\d+) C"), "gpu.slowdown_temperature_c", float),
    (re.compile(r"^\s*SW Power Cap(?:ping)?\s*:\s*(Active|Not Active)"), "gpu.throttle.sw_power_cap", bool),
    (re.compile(r"^\s*HW Slowdown\s*:\s*(Active|Not Active)"), "gpu.throttle.hw_slowdown", bool),
    (re.compile(r"^\s*HW Thermal Slowdown\s*:\s*(Active|Not Active)"), "gpu.throttle.hw_thermal", bool),
    (re.compile(r"^\s*SW Thermal Slowdown\s*:\s*(Active|Not Active)"), "gpu.throttle.sw_thermal", bool),
    (
        re.compile(r"^\s*Applications Clocks Setting\s*:\s*(Active|Not Active)"),
        "gpu.throttle.applications_clocks",
        bool,
    ),
)


def _sniff(document: Document) -> bool:
    return _MARK.search(document.text) is not None


def _read(document: Document) -> Evidence:
    return Evidence(read=(f"{document.name}: {_NAME}",), environment=tuple(_facts(document)))


def _facts(document: Document) -> Iterator[Fact]:
    names = 0
    section, seen = "", set[str]()
    for number, line in enumerate(document.text.splitlines(), 1):
        if len(line) > 1000:
            continue
        for path, value in _line(line):
            if path == "gpu.name":
                names += 1
            if path not in seen or path == "gpu.process":
                seen.add(path)
                yield Fact(path=path, value=value, origin=document.at_line(number, _NAME))
        if re.match(r"^ {4}\S", line):
            section = line.strip()
        elif match := re.match(r"^ {8}(SM|Memory)\s*:\s*(\d+) MHz", line):
            key = {"Clocks": "clock_mhz", "Max Clocks": "clock_max_mhz"}.get(section)
            if key and (path := f"gpu.{match[1].lower()}_{key}") not in seen:
                seen.add(path)
                yield Fact(path=path, value=float(match[2]), origin=document.at_line(number, _NAME))
        elif (match := re.match(r"^ {8}Current\s*:\s*(Enabled|Disabled)", line)) and section.startswith(
            "MIG"
        ):
            yield Fact(path="gpu.mig", value=match[1] == "Enabled", origin=document.at_line(number, _NAME))
    if names:
        yield Fact(path="gpu.count", value=names, origin=document.at_line(1, _NAME))


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
    if match := _PROCESS.match(line):
        yield "gpu.process", f"{match['what']} {match['mib']} MiB"
    for pattern, path, kind in _QUERY:
        if match := pattern.match(line):
            if kind is bool:
                yield path, match[1] == "Active"
            else:
                yield path, printed_number(match[1]) if kind is float else match[1].strip()


READER = Reader(name=_NAME, sniff=_sniff, read=_read)
