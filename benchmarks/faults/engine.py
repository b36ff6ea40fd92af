"""Runs programs on the real engine, with what else keeps the machine busy."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType

ENVIRONMENT = {
    "VLLM_ENABLE_V1_MULTIPROCESSING": "0",
    "VLLM_CPU_KVCACHE_SPACE": "1",
    "VLLM_NO_USAGE_STATS": "1",
    "VLLM_LOGGING_LEVEL": "ERROR",
    "HF_HUB_OFFLINE": "1",
    "CUDA_VISIBLE_DEVICES": "",
    "OMP_NUM_THREADS": "1",
}
"""As qdoctor's own engine has it on two cores, for the published figure too: a difference between the
program's environment and qdoctor's would be a fault that nobody injected."""


class Programs:
    """A process that runs programs one after another. Use it as a context."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._log = (folder / "programs.log").open("a")
        self._process = subprocess.Popen(
            [sys.executable, str(Path(__file__).with_name("server.py"))],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self._log,
            text=True,
            env={**os.environ, **ENVIRONMENT},
        )

    def __enter__(self) -> Programs:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        with self._process:
            self._process.kill()
        self._log.close()

    def run(self, path: Path) -> float:
        """The output tok/s that the program printed. Raises RuntimeError where it failed."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(json.dumps(str(path)) + "\n")
        self._process.stdin.flush()
        answer = json.loads(self._process.stdout.readline() or '{"status": "gone", "printed": ""}')
        if answer["status"] != 0:
            message = f"{path} ended with {answer['status']}; see {self._folder / 'programs.log'}"
            raise RuntimeError(message)
        return float(answer["printed"].split()[-3])


@contextmanager
def busy(hogs: bool) -> Iterator[None]:
    """One endless loop per core meanwhile, where ``hogs``."""
    command = [sys.executable, "-c", "while True: pass"]
    cores = len(os.sched_getaffinity(0)) if hogs else 0
    running = [subprocess.Popen(command) for _ in range(cores)]
    try:
        yield
    finally:
        for process in running:
            process.kill()
            process.wait()
