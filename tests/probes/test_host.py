from __future__ import annotations

import dataclasses
from pathlib import Path

import pytest

from doctor.probes.disks import read_disks
from doctor.probes.host import read_host
from tests.probes.machines import make_machine

FILES = {
    "/etc/os-release": 'NAME="Ubuntu"\nPRETTY_NAME="Ubuntu 22.04.4 LTS"\n',
    "/proc/sys/kernel/osrelease": "5.15.0-105-generic\n",
    "/proc/loadavg": "3.25 1.0 0.5 1/200 99\n",
    "/proc/meminfo": "MemTotal: 1000 kB\nMemAvailable:  400 kB\nSwapTotal: 50 kB\nSwapFree: 20 kB\n",
}


def test_host(tmp_path: Path) -> None:
    reading = read_host(make_machine(tmp_path, FILES))
    assert reading.operating_system == "Ubuntu 22.04.4 LTS"
    assert reading.kernel == "5.15.0-105-generic"
    assert reading.load_1m == 3.25
    assert (reading.memory_total, reading.memory_available) == (1000 << 10, 400 << 10)
    assert (reading.swap_total, reading.swap_used) == (50 << 10, 30 << 10)
    assert (reading.container, reading.virtualization, reading.wsl) == (None, None, False)


def test_busy_share_is_the_difference_of_two_looks(tmp_path: Path) -> None:
    machine = make_machine(tmp_path, {"/proc/stat": "cpu 100 0 0 900 0 0 0 0 0 0\n"})

    def half_busy(_s: float) -> None:
        (tmp_path / "proc/stat").write_text("cpu 110 0 0 910 0 0 0 0 0 0\n")

    assert read_host(dataclasses.replace(machine, pause=half_busy)).cpu_busy_percent == 50.0


@pytest.mark.parametrize("stat", ["", "cpu a b c", "intr 5", "cpu 1 2"])
def test_busy_share_of_nonsense_is_none(stat: str, tmp_path: Path) -> None:
    machine = make_machine(tmp_path, {"/proc/stat": stat})
    assert read_host(machine).cpu_busy_percent is None


def test_wsl_is_told_by_the_kernel(tmp_path: Path) -> None:
    files = {"/proc/sys/kernel/osrelease": "5.15.153.1-microsoft-standard-WSL2\n"}
    reading = read_host(make_machine(tmp_path, files))
    assert reading.wsl
    assert reading.virtualization == "wsl"


@pytest.mark.parametrize(
    ("files", "environ", "container"),
    [
        ({"/.dockerenv": ""}, {}, "docker"),
        ({"/run/.containerenv": ""}, {}, "podman"),
        ({}, {"KUBERNETES_SERVICE_HOST": "x"}, "kubernetes"),
        ({"/proc/1/cgroup": "0::/kubepods/besteffort"}, {}, "kubernetes"),
        ({"/proc/1/cgroup": "0::/init.scope"}, {}, None),
    ],
)
def test_container(
    files: dict[str, str], environ: dict[str, str], container: str | None, tmp_path: Path
) -> None:
    assert read_host(make_machine(tmp_path, files, environ=environ)).container == container


@pytest.mark.parametrize(
    ("files", "kind"),
    [
        ({"/sys/class/dmi/id/sys_vendor": "QEMU\n"}, "kvm"),
        ({"/sys/class/dmi/id/product_name": "VMware Virtual Platform\n"}, "vmware"),
        ({"/proc/cpuinfo": "flags\t: fpu hypervisor avx\n"}, "unknown hypervisor"),
        ({"/proc/cpuinfo": "flags\t: fpu avx\n"}, None),
    ],
)
def test_virtualization(files: dict[str, str], kind: str | None, tmp_path: Path) -> None:
    assert read_host(make_machine(tmp_path, files)).virtualization == kind


def test_bare_folder_gives_an_empty_reading(tmp_path: Path) -> None:
    reading = read_host(make_machine(tmp_path))
    assert reading.memory_total is None
    assert reading.load_1m is None


def test_disks_follow_the_documented_variables(tmp_path: Path) -> None:
    (tmp_path / "data").mkdir()
    files = {"/proc/self/mounts": "/dev/a / ext4 rw 0 0\nserver:/x /data nfs4 rw 0 0\n"}
    environ = {"HOME": "/home/somebody", "HF_HOME": "/data/hf", "TMPDIR": "/data"}
    disks = {disk.purpose: disk for disk in read_disks(make_machine(tmp_path, files, environ=environ))}
    assert disks["model cache"].path == "/data/hf/hub"
    assert disks["model cache"].filesystem == "nfs4"
    assert disks["compile cache"].path == "/home/somebody/.cache/vllm"
    assert disks["compile cache"].filesystem == "ext4"
    assert disks["temporary files"].free_bytes
