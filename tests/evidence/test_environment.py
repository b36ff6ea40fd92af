"""collect-env and nvidia-smi, written by hand and as an H100 and a CPU machine gave them."""

from __future__ import annotations

from pathlib import Path

import pytest

from doctor.evidence.reading import read_file
from tests.evidence.reading_text import facts, read

COLLECT_ENV = """\
PyTorch version: 2.5.1+cu124
Is CUDA available: True
GPU models and configuration:
GPU 0: NVIDIA A100-SXM4-80GB
GPU 1: NVIDIA A100-SXM4-80GB
Nvidia driver version: 550.54.15
CPU(s):                               128
Model name:                           AMD EPYC 7763 64-Core Processor
vLLM Version: 0.6.3.post1
\tGPU0\tGPU1\tCPU Affinity
GPU0\t X \tNV12\t0-63
GPU1\tNV12\t X \t0-63
OMP_NUM_THREADS=1
"""
TABLE = """\
| NVIDIA-SMI 550.54.15              Driver Version: 550.54.15      CUDA Version: 12.4     |
|   0  NVIDIA A100-SXM4-80GB          On  |   00000000:07:00.0 Off |                    0 |
| N/A   61C    P0             398W / 400W |   75123MiB /  81920MiB |     98%      Default |
|    0   N/A  N/A     12345      C   python3                                     75100MiB |
"""
QUERY = """\
==============NVSMI LOG==============
Driver Version                            : 550.54.15
    Product Name                          : NVIDIA A100-SXM4-80GB
    MIG Mode
        Current                           : Disabled
        SW Power Cap                      : Active
        HW Slowdown                       : Not Active
        Current Power Limit               : 300.00 W
        Default Power Limit               : 400.00 W
    Clocks
        Graphics                          : 1155 MHz
        SM                                : 1155 MHz
    Max Clocks
        SM                                : 1410 MHz
"""


def test_collect_env() -> None:
    found = facts(read(COLLECT_ENV))
    assert found["version"] == "0.6.3.post1"
    assert (found["gpu.name"], found["gpu.count"], found["gpu.nvlink"]) == ("NVIDIA A100-SXM4-80GB", 2, True)
    assert (found["driver"], found["env.OMP_NUM_THREADS"]) == ("550.54.15", 1)


def test_nvidia_smi_table() -> None:
    found = facts(read(TABLE))
    assert (found["gpu.power_limit_w"], found["gpu.temperature_c"], found["gpu.utilization_percent"]) == (
        400,
        61,
        98,
    )
    assert found["gpu.process"] == "python3 75100 MiB"


def test_nvidia_smi_query() -> None:
    found = facts(read(QUERY))
    assert (found["gpu.power_limit_w"], found["gpu.power_limit_default_w"]) == (300.0, 400.0)
    assert found["gpu.throttle.sw_power_cap"] is True
    assert found["gpu.throttle.hw_slowdown"] is False
    assert (found["gpu.sm_clock_mhz"], found["gpu.sm_clock_max_mhz"]) == (1155.0, 1410.0)
    assert found["gpu.mig"] is False


MACHINES = Path(__file__).parent / "samples" / "machines"


@pytest.mark.parametrize("path", sorted(MACHINES.iterdir()), ids=lambda path: path.name)
def test_nobody_speaks_in_a_listing(path: Path) -> None:
    """Hundreds of names stand in it (MIG, NVLink, Virtualization): none of them is a complaint."""
    evidence = read_file(path)
    assert len(evidence.read) == 1
    assert not evidence.signals
    assert not evidence.settings
    assert not evidence.rates
    assert not evidence.unread


@pytest.mark.parametrize("fence", ["", "```text\n"])
def test_what_is_written_around_a_listing_is_read(fence: str) -> None:
    listing = (MACHINES / "h100-nvidia-smi-q.txt").read_text()
    text = f"I get 900 tokens/s.\n\n{fence}{listing}{fence[:3]}\n\nThe GPU is shared with another job.\n"
    evidence = read(text)
    assert [rate.per_s for rate in evidence.rates] == [900.0]
    assert [signal.id for signal in evidence.signals] == ["said_shared_gpu"]
    assert facts(evidence)["gpu.name"] == "NVIDIA H100 80GB HBM3"


def test_a_real_query() -> None:
    found = facts(read_file(MACHINES / "h100-nvidia-smi-q.txt"))
    assert (found["gpu.power_limit_w"], found["gpu.power_limit_default_w"]) == (700.0, 700.0)
    assert (found["gpu.power_limit_share"], found["gpu.pcie_width_share"]) == (1.0, 1.0)
    assert (found["gpu.sm_clock_mhz"], found["gpu.sm_clock_max_mhz"]) == (345.0, 1980.0)
    assert (found["gpu.temperature_c"], found["gpu.mig"], found["gpu.count"]) == (35.0, False, 1)


def test_a_real_table() -> None:
    found = facts(read_file(MACHINES / "h100-nvidia-smi.txt"))
    assert (found["gpu.name"], found["driver"]) == ("NVIDIA H100 80GB HBM3", "580.159.04")
    assert (found["gpu.power_w"], found["gpu.power_limit_w"]) == (89, 700)
    assert "gpu.tenants" not in found


def test_real_environments() -> None:
    gpu, cpu = (facts(read_file(MACHINES / f"{name}-collect-env.txt")) for name in ("h100-torch", "cpu-vllm"))
    assert (gpu["gpu.name"], gpu["cuda.torch"], gpu["cpu.count"]) == ("NVIDIA H100 80GB HBM3", "13.0", 16)
    assert (cpu["version"], cpu["torch"], cpu["cpu.count"]) == ("0.32.0", "2.13.0+cpu", 2)
    assert "cuda.torch" not in cpu


def test_the_worst_of_several_gpus_counts() -> None:
    one = (MACHINES / "h100-nvidia-smi-q.txt").read_text()
    card = one[one.index("GPU 00000000") :]
    other = card.replace("Current Power Limit                            : 700", "Current Power Limit : 350")
    other = other.replace("SW Power Cap                                   : Not", "SW Power Cap         :")
    other = other.replace("Current                                : 16x", "Current : 8x")
    found = facts(read(one + other))
    assert (found["gpu.count"], found["gpu.power_limit_w"]) == (2, 700.0)
    assert (found["gpu.power_limit_share"], found["gpu.pcie_width_share"]) == (0.5, 0.5)
    assert found["gpu.throttle.sw_power_cap"] is True


def test_two_large_processes_on_one_gpu_share_it() -> None:
    row = "|    0   N/A  N/A     12346      C   /usr/bin/train                            20100MiB |\n"
    assert facts(read(TABLE + row))["gpu.tenants"] == "python3 75100 MiB, /usr/bin/train 20100 MiB"
    assert "gpu.tenants" not in facts(read(TABLE + row.replace("20100", "  480")))
    assert "gpu.tenants" not in facts(read(TABLE + row.replace("    0 ", "    1 ", 1)))
