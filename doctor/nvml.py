"""The one door to the NVIDIA driver: NVML, where every question may go unanswered.

``pynvml`` is imported on first use only. A question that the driver does not support, or that
this process may not ask, is answered with None; that the driver has gone away altogether is
told apart, because then no further question is worth asking.
"""

from __future__ import annotations

import importlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

Handle = object
"""What NVML hands out for a GPU; opaque to us."""

Loader = Callable[[], Any]
"""Gives the ``pynvml`` module, or whatever stands in for it in a test."""


def load_pynvml() -> Any:  # noqa: ANN401  pynvml carries no types
    """The ``pynvml`` module; raises ImportError where it is not installed."""
    return importlib.import_module("pynvml")


class DriverUnavailableError(Exception):
    """There is no driver to ask; the text says why."""


class DriverLostError(Exception):
    """The driver answered before and does not any more (GPU lost, driver unloaded)."""


class Nvml:
    """An open session. ``ask`` names NVML's own functions."""

    def __init__(self, module: Any) -> None:  # noqa: ANN401  pynvml, or its stand-in
        self._module = module
        # NVML's numbers for: uninitialized, driver not loaded, GPU is lost, reset required.
        self._fatal = {1, 9, 15, 16}
        self.unanswered: list[str] = []

    def constant(self, name: str, default: int) -> int:
        """A constant of the module; old modules lack the newer ones."""
        return int(getattr(self._module, name, default))

    def ask(self, function: str, *arguments: object) -> Any:  # noqa: ANN401  each function has its own answer
        """What the function answers, or None where the driver or the module does not know it."""
        call = getattr(self._module, function, None)
        if call is None:
            self.unanswered.append(function)
            return None
        try:
            answer = call(*arguments)
        except self._module.NVMLError as error:
            if getattr(error, "value", None) in self._fatal:
                raise DriverLostError(str(error)) from error
            self.unanswered.append(function)
            return None
        return answer.decode(errors="replace") if isinstance(answer, bytes) else answer

    def handles(self) -> list[Handle]:
        """A handle for every GPU that this process may see, in the driver's order."""
        count = self.ask("nvmlDeviceGetCount") or 0
        found = [self.ask("nvmlDeviceGetHandleByIndex", index) for index in range(int(count))]
        return [handle for handle in found if handle is not None]


@contextmanager
def nvml_session(load: Loader = load_pynvml) -> Iterator[Nvml]:
    """An open NVML session; raises DriverUnavailableError where none can be had."""
    try:
        module = load()
    except ImportError as error:
        raise DriverUnavailableError("nvidia-ml-py is not installed") from error
    try:
        module.nvmlInit()
    except module.NVMLError as error:
        raise DriverUnavailableError(str(error)) from error
    try:
        yield Nvml(module)
    finally:
        close_quietly(module)


def close_quietly(module: Any) -> None:  # noqa: ANN401  pynvml, or its stand-in
    """End the session; a driver that has gone away needs no goodbye."""
    try:
        module.nvmlShutdown()
    except module.NVMLError:
        return
