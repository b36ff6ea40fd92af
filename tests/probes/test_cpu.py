from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from doctor.probes.cpu import read_cpu
from doctor.probes.machine import cpu_list
from tests.probes.machines import make_machine

XEON = """processor\t: 0
model name\t: Intel(R) Xeon(R) Platinum 8480+
flags\t\t: fpu avx2 avx512f avx512_bf16 amx_bf16 hypervisor

processor\t: 1
model name\t: Intel(R) Xeon(R) Platinum 8480+
"""


def test_model_flags_governor_and_nodes(tmp_path: Path) -> None:
    files = {
        "/proc/cpuinfo": XEON,
        "/sys/devices/system/cpu/online": "0-15\n",
        "/sys/devices/system/cpu/cpu0/cpufreq/scaling_governor": "powersave\n",
        "/sys/devices/system/cpu/cpu1/cpufreq/scaling_governor": "performance\n",
        "/sys/devices/system/cpu/cpu1/cpufreq/cpuinfo_max_freq": "3800000\n",
        "/sys/devices/system/node/online": "0-1\n",
        "/sys/devices/system/node/node0/cpulist": "0-7\n",
        "/sys/devices/system/node/node1/cpulist": "8-15\n",
    }
    reading = read_cpu(make_machine(tmp_path, files, cores=2))
    assert reading.model == "Intel(R) Xeon(R) Platinum 8480+"
    assert reading.flags == ("avx2", "avx512f", "avx512_bf16", "amx_bf16")
    assert reading.cores == 16
    assert reading.affinity == (0, 1)
    assert reading.governor == "performance, powersave"
    assert reading.clock_max_mhz == 3800
    assert reading.numa_nodes[1] == tuple(range(8, 16))


def test_bare_folder_gives_an_empty_reading(tmp_path: Path) -> None:
    reading = read_cpu(make_machine(tmp_path))
    assert (reading.model, reading.cores, reading.governor) == ("", None, None)
    assert len(reading.affinity) == 8


@pytest.mark.parametrize(
    ("text", "cores"),
    [("0-3,8", (0, 1, 2, 3, 8)), ("", ()), ("5", (5,)), ("a-b,2", (2,)), ("0-999999999", ())],
)
def test_cpu_list(text: str, cores: tuple[int, ...]) -> None:
    assert cpu_list(text) == cores


@given(st.text(max_size=50))
def test_cpu_list_survives_anything(text: str) -> None:
    assert all(core >= 0 for core in cpu_list(text))
