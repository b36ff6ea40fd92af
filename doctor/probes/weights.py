"""Where a model's weights are: in a folder that was named, in Hugging Face's cache, or nowhere yet."""

from __future__ import annotations

import json
import os
from pathlib import Path

from doctor.plain_files import read_bounded
from doctor.probes.disks import folders, nearest_existing
from doctor.probes.host import file_system_bytes
from doctor.probes.machine import Machine
from doctor.schema.model_fit import Weights

_WEIGHTS = (".safetensors", ".bin", ".gguf", ".pt", ".pth")
_INDEXES = ("model.safetensors.index.json", "pytorch_model.bin.index.json")
_MOST_INDEX_BYTES = 16 << 20


def read_weights(machine: Machine, model: str) -> tuple[Weights, Path | None]:
    """Where the weights of a model are, and the folder with its ``config.json`` where there is one.

    ``model`` is a folder or a name on the Hub, as vLLM takes both. Nothing is downloaded.
    """
    folder = machine.path(os.path.abspath(model))  # noqa: PTH100  a text that may be a name
    if folder.is_dir():
        return _told(machine, "folder", folder, os.path.abspath(model)), folder  # noqa: PTH100
    hub = folders(machine)["model cache"]
    cached = f"{hub}/models--{model.strip('/').replace('/', '--')}"
    snapshot = _snapshot(machine.path(cached))
    if snapshot is not None:
        return _told(machine, "cache", snapshot, cached), snapshot
    offline = _is_on(machine.environ.get("HF_HUB_OFFLINE")) or _is_on(
        machine.environ.get("TRANSFORMERS_OFFLINE")
    )
    return Weights(place="nowhere", path=hub, free_bytes=_free(machine, hub), offline=offline), None


def _snapshot(cached: Path) -> Path | None:
    """The snapshot that ``main`` names, else the newest."""
    try:
        named = cached / "snapshots" / read_bounded(cached / "refs" / "main", 200).decode().strip()
        if named.is_dir() and named.parent == cached / "snapshots":
            return named
    except (OSError, ValueError):
        pass
    try:
        found = [path for path in (cached / "snapshots").iterdir() if path.is_dir()]
        return max(found, key=lambda path: path.stat().st_mtime, default=None)
    except OSError:
        return None


def _told(machine: Machine, place: str, folder: Path, path: str) -> Weights:
    sizes = {file.name: size for file in _files(folder) if (size := _size(file)) is not None}
    wanted = _indexed(folder)
    return Weights.model_validate(
        {
            "place": place,
            "path": path,
            "size_bytes": sum(sizes.values()) if sizes else None,
            "missing": tuple(sorted(wanted - set(sizes)))[:50],
            "free_bytes": _free(machine, path),
        }
    )


def _files(folder: Path) -> list[Path]:
    try:
        return [file for file in folder.iterdir() if file.name.endswith(_WEIGHTS)]
    except OSError:
        return []


def _size(file: Path) -> int | None:
    """None for what is no file, or a link to a blob that was not downloaded."""
    try:
        return file.stat().st_size if file.is_file() else None
    except OSError:
        return None


def _indexed(folder: Path) -> set[str]:
    for name in _INDEXES:
        try:
            index = json.loads(read_bounded(folder / name, _MOST_INDEX_BYTES))
            files = index["weight_map"].values()
        except (OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError):
            continue
        return {file for file in files if isinstance(file, str)}
    return set()


def _free(machine: Machine, path: str) -> int | None:
    return file_system_bytes(machine, nearest_existing(machine, path))[1]


def _is_on(value: str | None) -> bool:
    return (value or "").strip().lower() in {"1", "true", "yes", "on"}
