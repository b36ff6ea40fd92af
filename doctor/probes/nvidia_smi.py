"""The text of ``nvidia-smi -q``, for a machine with a driver but no working NVML binding."""

from __future__ import annotations

import re
import subprocess
from collections.abc import Iterator

from doctor.probes.gpu_parts import describe_process
from doctor.probes.machine import Machine
from doctor.schema.environment import Gpu, GpuProcess

_TIMEOUT_S = 10.0
_MIB = 1 << 20

Reading = dict[str, str]
"""Path of headings and key, joined by " / " → value, in lower case as nvidia-smi words it."""

# nvidia-smi's words for NVML's clock-event bits; before driver 535 the heading said "throttle".
_REASONS = {
    "idle": 0x1,
    "applications clocks setting": 0x2,
    "sw power cap": 0x4,
    "hw slowdown": 0x8,
    "sync boost": 0x10,
    "sw thermal slowdown": 0x20,
    "hw slowdown / hw thermal slowdown": 0x40,
    "hw slowdown / hw power brake": 0x80,
    "display clock setting": 0x100,
}


def read_nvidia_smi(machine: Machine) -> tuple[tuple[Gpu, ...], str | None, str | None]:
    """GPUs, driver version and CUDA version; nothing where there is no nvidia-smi."""
    try:
        text = machine.run(["nvidia-smi", "-q"], _TIMEOUT_S)
    except (OSError, subprocess.SubprocessError):
        return (), None, None
    return parse_nvidia_smi(machine, text)


def parse_nvidia_smi(machine: Machine, text: str) -> tuple[tuple[Gpu, ...], str | None, str | None]:
    """The same from a text that was saved."""
    head, *blocks = re.split(r"^GPU [0-9A-Fa-f]+:.*$", text, flags=re.MULTILINE)
    general = _paths(head)
    gpus = tuple(_gpu(machine, index, block) for index, block in enumerate(blocks))
    return gpus, general.get("driver version"), general.get("cuda version")


def _paths(block: str) -> Reading:
    """Indentation tells which heading a line stands under; the first of equal paths is kept."""
    reading: Reading = {}
    headings: list[tuple[int, str]] = []
    for line in block.splitlines():
        if not line.strip():
            continue
        indent = len(line) - len(line.lstrip())
        headings = [heading for heading in headings if heading[0] < indent]
        key, colon, value = line.strip().partition(" : ")
        path = " / ".join([name for _, name in headings] + [key.strip().lower()])
        if colon:
            reading.setdefault(path, value.strip())
        headings.append((indent, key.strip().lower()))
    return reading


def _gpu(machine: Machine, index: int, block: str) -> Gpu:
    r = _paths(block)
    power = (
        "gpu power readings" if any(path.startswith("gpu power readings") for path in r) else "power readings"
    )
    draw = _first(
        r, f"{power} / average power draw", f"{power} / instantaneous power draw", f"{power} / power draw"
    )
    limit = _first(
        r, f"{power} / current power limit", f"{power} / enforced power limit", f"{power} / power limit"
    )
    memory = {name: _number(r.get(f"fb memory usage / {name}")) for name in ("total", "used")}
    link = "pci / gpu link info"
    return Gpu(
        index=index,
        name=r.get("product name", "unknown GPU"),
        source="nvidia-smi -q",
        memory_total_bytes=_bytes(memory["total"]),
        memory_used_bytes=_bytes(memory["used"]),
        processes=tuple(_processes(machine, block)),
        utilization_percent=_number(r.get("utilization / gpu") or r.get("utilization / sm")),
        performance_state=_whole(r.get("performance state", "").lstrip("P")),
        sm_clock_mhz=_number(r.get("clocks / sm")),
        sm_clock_max_mhz=_number(r.get("max clocks / sm")),
        sm_clock_application_mhz=_number(r.get("applications clocks / graphics")),
        sm_clock_application_default_mhz=_number(r.get("default applications clocks / graphics")),
        memory_clock_mhz=_number(r.get("clocks / memory")),
        memory_clock_max_mhz=_number(r.get("max clocks / memory")),
        power_draw_w=_number(draw),
        power_limit_w=_number(limit),
        power_limit_default_w=_number(r.get(f"{power} / default power limit")),
        power_limit_max_w=_number(r.get(f"{power} / max power limit")),
        temperature_c=_number(r.get("temperature / gpu current temp")),
        temperature_slowdown_c=_number(r.get("temperature / gpu slowdown temp")),
        throttle_reasons=_reasons(r),
        ecc_enabled=_truth(r.get("ecc mode / current"), "Enabled"),
        repairs_pending=_truth(
            _first(r, "remapped rows / pending", "retired pages / pending page blacklist"), "Yes"
        ),
        repairs_failed=_truth(r.get("remapped rows / remapping failure occurred"), "Yes"),
        mig_enabled=_truth(r.get("mig mode / current"), "Enabled"),
        persistence_enabled=_truth(r.get("persistence mode"), "Enabled"),
        compute_mode=r["compute mode"].lower().replace("_", " ")
        if r.get("compute mode", "N/A") != "N/A"
        else None,
        pcie_generation=_whole(
            _first(r, f"{link} / pcie generation / current", f"{link} / pcie generation / device current")
        ),
        pcie_generation_max=_whole(r.get(f"{link} / pcie generation / max")),
        pcie_width=_whole(r.get(f"{link} / link width / current")),
        pcie_width_max=_whole(r.get(f"{link} / link width / max")),
    )


def _processes(machine: Machine, block: str) -> Iterator[GpuProcess]:
    for part in re.split(r"^\s+Process ID\s*:", block, flags=re.MULTILINE)[1:]:
        pid = re.match(r"\s*(\d+)", part)
        kind = re.search(r"Type\s*:\s*(\S+)", part)
        memory = re.search(r"Used GPU Memory\s*:\s*(\d+) MiB", part)
        if pid and kind and "C" in kind.group(1):
            yield describe_process(
                machine, int(pid.group(1)), int(memory.group(1)) * _MIB if memory else None
            )


def _reasons(reading: Reading) -> int | None:
    for heading in ("clocks event reasons", "clocks throttle reasons"):
        states = {words: reading.get(f"{heading} / {words}") for words in _REASONS}
        if any(states.values()):
            return sum(bit for words, bit in _REASONS.items() if states[words] == "Active")
    return None


def _first(reading: Reading, *paths: str) -> str | None:
    return next((reading[path] for path in paths if reading.get(path, "N/A") not in {"N/A", "[N/A]"}), None)


def _number(value: str | None) -> float | None:
    found = re.match(r"-?\d{1,15}(?:\.\d{1,6})?(?!\d)", value or "")
    return float(found.group()) if found else None


def _whole(value: str | None) -> int | None:
    number = _number(value)
    return None if number is None else int(number)


def _bytes(mebibytes: float | None) -> int | None:
    return None if mebibytes is None else int(mebibytes) * _MIB


def _truth(value: str | None, true_word: str) -> bool | None:
    return None if value is None or "N/A" in value else value == true_word
