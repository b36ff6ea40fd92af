"""`nvidia-smi -q`: limits, clocks, links and what holds the clocks back, of all GPUs that it lists."""

from __future__ import annotations

import re
from collections.abc import Iterator

from doctor.evidence.contract import Document, Reader
from doctor.schema.evidence import Evidence, Fact, Origin
from doctor.schema.setup import Scalar

_NAME = "nvidia-smi -q"
_MARK = re.compile(
    r"=+NVSMI LOG=+|^\s*(?:Clocks (?:Event|Throttle) Reasons\s*$|(?:HW|SW) Thermal Slowdown\s+: "
    r"|(?:Current|Default) Power Limit\s+: )",
    re.MULTILINE,
)
_ENTRY = re.compile(r"^(?P<indent>\s*)(?P<name>\S[^:]{0,60}?)\s*(?::\s(?P<value>.{0,100}))?$")
_NUMBER = re.compile(r"^([\d.]{1,12}) ?(?:W|C|MHz|x)?\s*$")
_REASONS = {
    "SW Power Cap": "sw_power_cap",
    "HW Slowdown": "hw_slowdown",
    "HW Thermal Slowdown": "hw_thermal",
    "SW Thermal Slowdown": "sw_thermal",
    "Applications Clocks Setting": "applications_clocks",
}
_NUMBERS = {
    "Current Power Limit": "gpu.power_limit_w",
    "Power Limit": "gpu.power_limit_w",
    "Default Power Limit": "gpu.power_limit_default_w",
    "GPU Current Temp": "gpu.temperature_c",
    "GPU Slowdown Temp": "gpu.slowdown_temperature_c",
    "Clocks/SM": "gpu.sm_clock_mhz",
    "Clocks/Memory": "gpu.memory_clock_mhz",
    "Max Clocks/SM": "gpu.sm_clock_max_mhz",
    "Max Clocks/Memory": "gpu.memory_clock_max_mhz",
    "Link Width/Current": "gpu.pcie_width",
    "Link Width/Max": "gpu.pcie_width_max",
}
"""A name, under its heading where that is needed, of drivers 470 to 580."""

_OTHERS = ("Module Power Readings", "GPU Memory Power Readings")
"""Headings of limits that are not the GPU's."""

_SHARES = (
    ("gpu.power_limit_share", "gpu.power_limit_w", "gpu.power_limit_default_w"),
    ("gpu.pcie_width_share", "gpu.pcie_width", "gpu.pcie_width_max"),
)


def _read(document: Document) -> Evidence:
    facts = tuple(_facts(list(_entries(document)), document.at_line(1, _NAME)))
    return Evidence(read=(f"{document.name}: {_NAME}",), environment=facts)


def _entries(document: Document) -> Iterator[tuple[str, str, str, Origin]]:
    """Heading, name and value of each line, with where it stands: it is indented under its heading."""
    headings: list[tuple[int, str]] = []
    for number, line in enumerate(document.text.splitlines(), 1):
        match = _ENTRY.match(line[:300])
        if match is None:
            continue
        indent, name = len(match["indent"]), match["name"]
        while headings and headings[-1][0] >= indent:
            headings.pop()
        above = headings[-1][1] if headings else ""
        headings.append((indent, name))
        if match["value"] is not None:
            yield above, name, match["value"].strip(), document.at_line(number, _NAME)


def _facts(entries: list[tuple[str, str, str, Origin]], whole: Origin) -> Iterator[Fact]:
    """Of several GPUs the first one's values, the least of the shares, and whatever acts on any of them."""
    names = [(value, origin) for _, name, value, origin in entries if name == "Product Name"]
    numbers: dict[str, list[tuple[float, Origin]]] = {}
    reasons: dict[str, tuple[Scalar, Origin]] = {}
    for above, name, value, origin in entries:
        path = _NUMBERS.get(f"{above}/{name}") or (_NUMBERS.get(name) if above not in _OTHERS else None)
        if path is not None and (printed := _NUMBER.match(value)):
            numbers.setdefault(path, []).append((float(printed[1]), origin))
        elif name in _REASONS and value in ("Active", "Not Active"):
            reasons[name] = max(reasons.get(name, (False, origin)), (value == "Active", origin), key=_active)
        elif (above, name) == ("MIG Mode", "Current") and value in ("Enabled", "Disabled"):
            yield Fact(path="gpu.mig", value=value == "Enabled", origin=origin)
        elif name == "Driver Version":
            yield Fact(path="driver", value=value, origin=origin)
    if names:
        yield Fact(path="gpu.name", value=names[0][0], origin=names[0][1])
        yield Fact(path="gpu.count", value=len(names), origin=whole)
    for path, found in numbers.items():
        yield Fact(path=path, value=found[0][0], origin=found[0][1])
    for reason, (active, origin) in reasons.items():
        yield Fact(path=f"gpu.throttle.{_REASONS[reason]}", value=active, origin=origin)
    for path, part, full in _SHARES:
        pairs = zip(numbers.get(part, ()), numbers.get(full, ()), strict=False)
        shares = [(one / other, origin) for (one, origin), (other, _) in pairs if other > 0]
        if shares:
            least = min(shares, key=lambda share: share[0])
            yield Fact(path=path, value=round(least[0], 4), origin=least[1])


def _active(reason: tuple[Scalar, Origin]) -> bool:
    return reason[0] is True


READER = Reader(name=_NAME, sniff=lambda document: _MARK.search(document.text) is not None, read=_read)
