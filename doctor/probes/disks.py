"""The file systems on which the engine keeps models, compiled kernels and temporary files."""

from __future__ import annotations

from doctor.probes.host import file_system_bytes
from doctor.probes.machine import Machine
from doctor.schema.environment import Disk


def read_disks(machine: Machine) -> tuple[Disk, ...]:
    """One entry per folder; a folder that does not exist yet is read at its nearest parent."""
    return tuple(_disk(machine, purpose, path) for purpose, path in folders(machine).items())


def folders(machine: Machine) -> dict[str, str]:
    """Where vLLM and huggingface_hub look, by the variables that they document."""
    environ = machine.environ
    home = environ.get("HOME", "/").rstrip("/")
    cache = environ.get("XDG_CACHE_HOME", f"{home}/.cache")
    hugging_face = environ.get("HF_HOME", f"{cache}/huggingface")
    return {
        "model cache": environ.get("HF_HUB_CACHE", f"{hugging_face}/hub"),
        "compile cache": environ.get("VLLM_CACHE_ROOT", f"{cache}/vllm"),
        "temporary files": environ.get("TMPDIR", "/tmp"),  # noqa: S108  named, not written to
    }


def _disk(machine: Machine, purpose: str, path: str) -> Disk:
    existing = nearest_existing(machine, path)
    total, free = file_system_bytes(machine, existing)
    return Disk(
        purpose=purpose,
        path=path,
        filesystem=_file_system_type(machine, existing),
        total_bytes=total,
        free_bytes=free,
    )


def nearest_existing(machine: Machine, path: str) -> str:
    """The path itself, or the nearest folder above it that is there."""
    while path not in {"", "/"} and not machine.exists(path):
        path = path.rpartition("/")[0]
    return path or "/"


def _file_system_type(machine: Machine, path: str) -> str:
    """The type of the deepest mount that holds the path, from /proc/self/mounts."""
    deepest, kind = "", ""
    for line in (machine.text("/proc/self/mounts") or "").splitlines():
        fields = line.split()
        if len(fields) < 3:
            continue
        mount = fields[1].replace("\\040", " ")
        inside = path == mount or path.startswith(mount.rstrip("/") + "/")
        if inside and len(mount) >= len(deepest):
            deepest, kind = mount, fields[2]
    return kind
