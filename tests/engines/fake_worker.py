"""A stand-in for the worker, only for faults that a real engine cannot be made to have on demand.

It speaks the worker's protocol and forks as it does, but holds no engine. What goes wrong is
said in the job: ``arguments["fault"]`` for a start, ``job["fault"]`` for a run; or, where the jobs
come from a whole check, in the folder FAKE_FAULTS: its files ``start`` and ``run`` hold one fault a
line, for the first start, the second, and so on. Standard library only; run as a script.
"""

from __future__ import annotations

import ctypes
import json
import os
import resource
import signal
import sys
import time
from pathlib import Path
from typing import Any, NoReturn


def say(**event: Any) -> None:
    write(json.dumps(event).encode() + b"\n")


def write(data: bytes) -> None:
    while data:
        data = data[os.write(1, data) :]


def log(text: str) -> None:
    os.write(2, text.encode() + b"\n")


def receive() -> dict[str, Any]:
    line = b""
    while not line.endswith(b"\n"):
        byte = os.read(0, 1)
        if not byte:
            return {"op": "quit"}
        line += byte
    job: dict[str, Any] = json.loads(line)
    return job


def hang() -> NoReturn:
    while True:
        time.sleep(60)


def next_fault(kind: str) -> str:
    """The next fault of that kind that FAKE_FAULTS holds; what was taken is remembered there."""
    folder = os.environ.get("FAKE_FAULTS", "")
    if not folder:
        return ""
    with Path(folder, kind).open() as planned:
        faults = planned.read().split("\n")
    with Path(folder, f"{kind}.taken").open("ab") as taken:
        taken.write(b".")
        count = taken.tell()
    return faults[count - 1] if count <= len(faults) else ""


def die_with_parent() -> None:
    ctypes.CDLL(None).prctl(1, signal.SIGKILL)


def start(arguments: dict[str, Any]) -> None:
    fault = arguments.get("fault", "") or next_fault("start")
    log(f"starting with {fault or 'no fault'}")
    if fault == "hang":
        hang()
    if fault == "exit":
        os._exit(3)
    if fault == "killed":
        os.kill(os.getpid(), signal.SIGKILL)
    if fault.startswith("memory: "):
        say(event="engine_failed", error="ValueError", message=fault.removeprefix("memory: "), trace="")
        os._exit(1)
    if fault == "raise":
        say(event="engine_failed", error="ValueError", message="No available memory\nfor the cache", trace="")
        os._exit(1)
    if fault == "worker dies":
        os.kill(os.getppid(), signal.SIGKILL)
        hang()
    if fault == "odd facts":
        say(event="engine_started", facts={"vllm_version": ["not", "a", "text"]})
    if fault == "leaves a process behind" and os.fork() == 0:
        hang()
    say(event="engine_started", facts={"vllm_version": "0.0.fake", "device": "cpu", "kv_cache_tokens": 2048})


def result(job: dict[str, Any]) -> dict[str, Any]:
    count = job["workload"]["num_prompts"]
    # Where a seed is given, the time follows from it and from the load: a repeat by the same seed is equal.
    together = job["workload"].get("max_concurrency") or count
    wall_s = count / together * (2.0 + job["seed"] % 97 / 1000) if "seed" in job else 2.0
    return {
        "wall_s": wall_s,
        "prompt_tokens": [job["workload"]["input_len"]] * count,
        "output_tokens": [job["workload"]["output_len"]] * count,
        "finished_s": [wall_s] * count,
    }


def exhaust_memory() -> None:
    """Really run out of memory: allocate under a limit until the system refuses."""
    resource.setrlimit(resource.RLIMIT_AS, (512 << 20, 512 << 20))
    try:
        held = [bytearray(64 << 20) for _ in range(100)]
    except MemoryError:
        say(event="run_failed", id="", error="OutOfMemoryError", message="Cannot allocate memory", trace="")
        os._exit(0)
    del held


def run(job: dict[str, Any]) -> None:
    fault = job.get("fault", "") or next_fault("run")
    log(f"running {job['id']}")
    say(event="progress", t_s=0.5, output_tokens=10, requests_done=0, requests=8, running=8)
    if fault == "silence":
        hang()
    if fault == "stopped":
        os.kill(os.getpid(), signal.SIGSTOP)
    if fault == "out of memory":
        exhaust_memory()
    if fault == "slow":
        time.sleep(1.0)
    if fault == "exit":
        os._exit(3)
    if fault == "killed":
        os.kill(os.getpid(), signal.SIGKILL)
    if fault == "killed in the middle of a line":
        write(b'{"event": "run_done", "result": {"wall_s": 1.')
        os.kill(os.getpid(), signal.SIGKILL)
    if fault == "worker dies":
        os.kill(os.getppid(), signal.SIGKILL)
        hang()
    if fault == "raise":
        say(event="run_failed", id=job["id"], error="RuntimeError", message="out of blocks", trace="")
        os._exit(0)
    if fault == "garbage":
        for junk in (b"WARNING: not an event\n", b"\xff\xfe\x00\n", b"[1, 2]\n", b'{"event": 7}\n', b"\n"):
            write(junk)
        write(b"[" * 200_000 + b"\n")
        write(b'{"event": "progress", "output_tokens"\n')
    if fault == "loud":
        line = b"x" * 4095 + b"\n"
        for _ in range(job.get("megabytes", 100) * 256):
            os.write(2, line)
        log("the last words")
    say(event="run_done", id=job["id"], result=result(job))
    if fault == "killed afterwards":
        os.kill(os.getpid(), signal.SIGKILL)


def serve(job: dict[str, Any]) -> NoReturn:
    if os.getpgid(0) != os.getpid():
        os.setpgid(0, 0)
    die_with_parent()
    say(event="forked", pid=os.getpid())
    start(job["arguments"])
    while True:
        job = receive()
        if job["op"] in ("stop", "quit"):
            os._exit(0)
        run(job)


def main() -> int:
    die_with_parent()
    fault = os.environ.get("FAKE_WORKER", "")
    if fault == "no vllm":
        say(event="refused", reason="import", error="ModuleNotFoundError", message="No module named 'vllm'")
        return 1
    if fault == "dies at once":
        log("Illegal instruction")
        return 132
    say(event="ready", vllm_version="0.0.fake", forks=fault != "cannot fork", pid=os.getpid())
    while True:
        job = receive()
        if job["op"] == "quit":
            return 0
        if job["op"] != "engine":
            say(event="refused", reason="no engine")
            continue
        if fault == "cannot fork":
            serve(job)
        pid = os.fork()
        if pid == 0:
            serve(job)
        _, status = os.waitpid(pid, 0)
        write(b"\n")
        number = os.WTERMSIG(status) if os.WIFSIGNALED(status) else None
        say(event="engine_exited", pid=pid, signal=number)


if __name__ == "__main__":
    sys.exit(main())
