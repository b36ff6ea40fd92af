"""A stand-in for ``pynvml``, fed by a file of readings. It stands where the driver would, no nearer.

Constants and the error class are the real module's; every call goes through it by name, as it does
in the real one, and a function that the file does not mention is "not supported".
"""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pynvml

RECORDINGS = Path(__file__).parent / "recordings"
NOT_SUPPORTED, NOT_FOUND, GPU_IS_LOST = 3, 6, 15


class FakeNvml:
    """Answers like the module ``pynvml`` would on the machine the recording describes."""

    NVMLError = pynvml.NVMLError

    def __init__(self, recording: dict[str, Any]) -> None:
        self._recording = recording
        self.open_sessions = 0
        self.lost = False

    @classmethod
    def of(cls, name: str) -> FakeNvml:
        """The recording of that name."""
        return cls(json.loads((RECORDINGS / f"{name}.json").read_text()))

    def load(self) -> FakeNvml:
        """What a Machine takes as its loader."""
        return self

    def nvmlInit(self) -> None:  # noqa: N802
        if "init_error" in self._recording:
            raise pynvml.NVMLError(self._recording["init_error"])
        self.open_sessions += 1

    def nvmlShutdown(self) -> None:  # noqa: N802
        self.open_sessions -= 1

    def nvmlDeviceGetCount(self) -> int:  # noqa: N802
        self._check_lost()
        return len(self._recording["devices"])

    def nvmlDeviceGetHandleByIndex(self, index: int) -> dict[str, Any]:  # noqa: N802
        device: dict[str, Any] = self._recording["devices"][index]
        return device

    def nvmlDeviceGetMigDeviceHandleByIndex(self, handle: dict[str, Any], index: int) -> Any:  # noqa: N802
        instances = handle.get("mig_instances", [])
        if index >= len(instances):
            raise pynvml.NVMLError(NOT_FOUND)
        return instances[index]

    def nvmlDeviceGetHandleByUUID(self, uuid: str) -> Any:  # noqa: N802
        raise pynvml.NVMLError(NOT_FOUND)

    def __getattr__(self, name: str) -> Any:
        if not name.startswith("nvml"):
            return getattr(pynvml, name)
        if name.startswith("nvmlSystem"):
            return lambda: self._answer(self._recording["system"], name)
        return self._device_call(name)

    def _device_call(self, name: str) -> Callable[..., Any]:
        return lambda handle, *arguments: self._answer(handle, name, *arguments)

    def _answer(self, readings: dict[str, Any], name: str, *arguments: object) -> Any:
        self._check_lost()
        value = readings.get(name, {"error": NOT_SUPPORTED})
        if isinstance(value, dict) and "by_argument" in value:
            key = ", ".join(str(argument) for argument in arguments)
            value = value["by_argument"].get(key, {"error": NOT_SUPPORTED})
        if isinstance(value, dict) and "error" in value:
            raise pynvml.NVMLError(value["error"])
        return _structure(value)

    def _check_lost(self) -> None:
        if self.lost:
            raise pynvml.NVMLError(GPU_IS_LOST)


def _structure(value: Any) -> Any:
    if isinstance(value, list):
        return [_structure(one) for one in value]
    if isinstance(value, dict) and "fields" in value:
        return SimpleNamespace(**value["fields"])
    return value
