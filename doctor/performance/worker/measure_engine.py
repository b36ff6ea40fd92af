"""Measure whole steps of vLLM's CPU engine. Self-contained: standard library and vLLM.

Reads one job as JSON from standard input and answers with one JSON object per line. Run as a
script by ``doctor/performance/calibration.py``, after ``measure_kernels.py``: what a step takes
beyond its kernels is what the engine's Python and its small kernels cost.
"""

from __future__ import annotations

import json
import os
import statistics
import sys
import tempfile
import time
from pathlib import Path
from typing import Any


def answer(kind: str, **fields: Any) -> None:  # noqa: ANN401 - JSON values
    """Write one line of the answer."""
    sys.stdout.write(json.dumps({"kind": kind, **fields}) + "\n")
    sys.stdout.flush()


class Engine:
    """vLLM's engine in this process, with dummy weights, stepped by hand."""

    def __init__(self, job: dict[str, Any], folder: str) -> None:
        from vllm import LLM, SamplingParams

        (Path(folder) / "config.json").write_text(json.dumps(job["config"]))
        self.parameters = SamplingParams
        self.engine = LLM(
            model=folder,
            skip_tokenizer_init=True,
            load_format="dummy",
            enforce_eager=True,
            dtype=job["dtype"],
            max_model_len=job["max_model_len"],
            max_num_seqs=max(job["batches"]),
            max_num_batched_tokens=job["max_model_len"],
            enable_prefix_caching=False,
            disable_log_stats=True,
        ).llm_engine
        self.given = 0
        import torch

        # On one thread its CPU time is the wall time of a machine without other work.
        self.clock = time.process_time if torch.get_num_threads() == 1 else time.perf_counter

    def decode(self, batch: int, prompt: int, steps: int) -> float:
        """Seconds of a step in which ``batch`` requests decode: the quarter that nothing disturbed."""
        self._add(batch, prompt, steps + 2)
        self.engine.step()
        self.engine.step()
        times = []
        while self.engine.has_unfinished_requests():
            start = self.clock()
            self.engine.step()
            times.append(self.clock() - start)
        return statistics.median(sorted(times)[: max(1, len(times) // 2)])

    def prefill(self, tokens: int, repeats: int = 3) -> float:
        """Seconds of a step that computes one prompt of ``tokens``: the least disturbed."""
        times = []
        for _ in range(repeats):
            self._add(1, tokens, 1)
            start = self.clock()
            while self.engine.has_unfinished_requests():
                self.engine.step()
            times.append(self.clock() - start)
        return min(times)

    def _add(self, batch: int, prompt: int, output: int) -> None:
        for _ in range(batch):
            self.given += 1
            self.engine.add_request(
                str(self.given),
                {"prompt_token_ids": [3 + (self.given + i) % 97 for i in range(prompt)]},
                self.parameters(max_tokens=output, ignore_eos=True, detokenize=False),
            )


def measure(job: dict[str, Any], folder: str) -> None:
    """Every point of the job, each warmed up by a short run before it."""
    engine = Engine(job, folder)
    for batch in job["batches"]:
        engine.decode(batch, job["prompt"], 3)
        seconds = engine.decode(batch, job["prompt"], job["steps"])
        answer("step", decodes=batch, context=batch * (job["prompt"] + job["steps"] / 2), seconds=seconds)
    for tokens in job["prompts"]:
        answer("prompt", tokens=tokens, seconds=engine.prefill(tokens))


def main() -> None:
    """Read the job, measure, answer."""
    job = json.loads(sys.stdin.read())
    protocol = os.dup(1)
    os.dup2(2, 1)  # whatever libraries print must not mix with the answer
    sys.stdout = os.fdopen(protocol, "w")
    os.environ["VLLM_ENABLE_V1_MULTIPROCESSING"] = "0"
    os.environ["VLLM_CPU_KVCACHE_SPACE"] = "1"
    os.environ["VLLM_LOGGING_LEVEL"] = "ERROR"
    for name, value in job["environment"].items():
        os.environ.setdefault(name, value)
    with tempfile.TemporaryDirectory() as folder:
        try:
            measure(job, folder)
        except Exception as error:  # noqa: BLE001 - the caller is told, and goes on without
            answer("skip", what="engine steps", why=f"{type(error).__name__}: {str(error)[:300]}")
    answer("done")


if __name__ == "__main__":
    main()
