"""Imports vLLM once and runs programs in forks of itself. Self-contained; one JSON line in, one out."""

from __future__ import annotations

import io
import json
import os
import runpy
import sys
from contextlib import redirect_stdout


def main() -> None:
    """Each input line is the path of a program; the answer is what it printed, and its exit code."""
    answers = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)
    import vllm.entrypoints.llm

    assert vllm.entrypoints.llm
    for line in sys.stdin:
        answers.write(json.dumps(run(json.loads(line))) + "\n")
        answers.flush()


def run(path: str) -> dict[str, object]:
    """The program in a process of its own, which ends with it."""
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(reading)
        code = 1
        try:
            said = io.StringIO()
            with redirect_stdout(said):
                runpy.run_path(path, run_name="__main__")
            os.write(writing, said.getvalue().encode())
            code = 0
        finally:
            os._exit(code)
    os.close(writing)
    with os.fdopen(reading) as pipe:
        printed = pipe.read()
    return {"printed": printed, "status": os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])}


if __name__ == "__main__":
    main()
