"""collect-env and nvidia-smi."""

from __future__ import annotations

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
