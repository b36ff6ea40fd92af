"""A stand-in for the worker, only for faults that a real engine cannot be made to have on demand.

It speaks the worker's protocol and forks as it does, but holds no engine. What goes wrong is
said in the job: ``arguments["fault"]`` for a start, ``job["fault"]`` for a run. Standard
library only; run as a script.
"""

from __future__ import annotations

import json
import os
import signal
import sys
import time
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


def start(arguments: dict[str, Any]) -> None:
    fault = arguments.get("fault", "")
    log(f"starting with {fault or 'no fault'}")
    if fault == "hang":
        hang()
    if fault == "exit":
        os._exit(3)
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
    return {
        "wall_s": 2.0,
        "prompt_tokens": [job["workload"]["input_len"]] * count,
        "output_tokens": [job["workload"]["output_len"]] * count,
        "finished_s": [2.0] * count,
    }


def run(job: dict[str, Any]) -> None:
    fault = job.get("fault", "")
    log(f"running {job['id']}")
    say(event="progress", t_s=0.5, output_tokens=10, requests_done=0, requests=8, running=8)
    if fault == "silence":
        hang()
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
        for _ in range(job["megabytes"] * 256):
            os.write(2, line)
        log("the last words")
    say(event="run_done", id=job["id"], result=result(job))


def serve(job: dict[str, Any]) -> NoReturn:
    if os.getpgid(0) != os.getpid():
        os.setpgid(0, 0)
    say(event="forked", pid=os.getpid())
    start(job["arguments"])
    while True:
        job = receive()
        if job["op"] in ("stop", "quit"):
            os._exit(0)
        run(job)


def main() -> int:
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
