from __future__ import annotations

from pathlib import Path

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from doctor.probes.gpu import read_gpus
from doctor.probes.nvidia_smi import parse_nvidia_smi
from tests.probes.machines import make_machine, printing

# Composed by hand after the layout of nvidia-smi 550; not the output of a machine.
TEXT = """
==============NVSMI LOG==============

Driver Version                            : 550.54.15
CUDA Version                              : 12.4

Attached GPUs                             : 1
GPU 00000000:17:00.0
    Product Name                          : NVIDIA A100-SXM4-80GB
    Persistence Mode                      : Disabled
    MIG Mode
        Current                           : Disabled
        Pending                           : Disabled
    PCI
        GPU Link Info
            PCIe Generation
                Max                       : 4
                Current                   : 4
                Device Current            : 4
            Link Width
                Max                       : 16x
                Current                   : 8x
    Performance State                     : P0
    Clocks Event Reasons
        Idle                              : Not Active
        Applications Clocks Setting       : Not Active
        SW Power Cap                      : Active
        HW Slowdown                       : Not Active
            HW Thermal Slowdown           : Not Active
            HW Power Brake Slowdown       : Not Active
        SW Thermal Slowdown               : Active
    FB Memory Usage
        Total                             : 81920 MiB
        Reserved                          : 535 MiB
        Used                              : 30705 MiB
    Compute Mode                          : Exclusive_Process
    Utilization
        Gpu                               : 97 %
        Memory                            : 41 %
    ECC Mode
        Current                           : Enabled
        Pending                           : Enabled
    Remapped Rows
        Correctable Error                 : 0
        Uncorrectable Error               : 1
        Pending                           : Yes
        Remapping Failure Occurred        : No
    Temperature
        GPU Current Temp                  : 64 C
        GPU Shutdown Temp                 : 92 C
        GPU Slowdown Temp                 : 89 C
    GPU Power Readings
        Power Draw                        : 249.61 W
        Current Power Limit               : 250.00 W
        Default Power Limit               : 400.00 W
        Max Power Limit                   : 400.00 W
    Clocks
        Graphics                          : 1005 MHz
        SM                                : 1005 MHz
        Memory                            : 1593 MHz
    Applications Clocks
        Graphics                          : N/A
        Memory                            : 1593 MHz
    Max Clocks
        SM                                : 1410 MHz
        Memory                            : 1593 MHz
    Processes
        GPU instance ID                   : N/A
        Process ID                        : 4242
            Type                          : C
            Name                          : python3
            Used GPU Memory               : 30170 MiB
        Process ID                        : 77
            Type                          : G
            Name                          : Xorg
            Used GPU Memory               : 4 MiB
"""


def test_fallback_where_nvml_is_missing(tmp_path: Path) -> None:
    machine = make_machine(tmp_path, {"/proc/4242/comm": "python3\n"}, run=printing(TEXT))
    reading = read_gpus(machine)
    (gpu,) = reading.gpus
    assert gpu.source == "nvidia-smi -q"
    assert (reading.driver_version, reading.cuda_driver_version) == ("550.54.15", "12.4")
    assert (gpu.power_limit_w, gpu.power_limit_default_w, gpu.power_draw_w) == (250, 400, 249.61)
    assert (gpu.pcie_width, gpu.pcie_width_max, gpu.pcie_generation) == (8, 16, 4)
    assert gpu.throttle_reasons == 0x4 | 0x20
    assert gpu.memory_used_bytes == 30705 << 20
    assert gpu.persistence_enabled is False
    assert gpu.mig_enabled is False
    assert gpu.repairs_pending is True
    assert gpu.repairs_failed is False
    assert gpu.compute_mode == "exclusive process"
    assert gpu.sm_clock_application_mhz is None
    assert gpu.utilization_percent == 97
    assert gpu.processes is not None
    assert [process.pid for process in gpu.processes] == [4242]
    assert gpu.processes[0].name == "python3"


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(cut=st.integers(0, len(TEXT)), tail=st.text(max_size=60))
def test_truncated_and_garbled_text_is_read_as_far_as_it_goes(cut: int, tail: str, tmp_path: Path) -> None:
    gpus, _, _ = parse_nvidia_smi(make_machine(tmp_path), TEXT[:cut] + tail)
    assert all(gpu.name for gpu in gpus)
