"""Runs workloads on vLLM's CPU engine, in this process, and tells their time. Self-contained.

Reads engines with their workloads as JSON from standard input, answers one JSON line per run.
On a machine that others use too, one thread's CPU time is what a run takes: it is the wall time
of a machine without other work.
"""

from __future__ import annotations

import json
import os
import sys
import tempfile
import time
from pathlib import Path
from typing import Any


def run(engine: Any, parameters: Any, workload: dict[str, Any], first: int) -> dict[str, float]:  # noqa: ANN401
    """One workload from the first request handed over to the last token; CPU and wall seconds."""
    waiting = list(range(first, first + workload["num_prompts"]))
    concurrency = workload["max_concurrency"] or len(waiting)
    cpu, wall = time.process_time(), time.perf_counter()
    while waiting or engine.has_unfinished_requests():
        while waiting and engine.get_num_unfinished_requests() < concurrency:
            index = waiting.pop(0)
            own = 0 if workload["identical"] else index
            prompt = [3 + (own * 7 + i * (1 + own % 5)) % 997 for i in range(workload["input_len"])]
            engine.add_request(
                f"{index}",
                {"prompt_token_ids": prompt},
                parameters(
                    max_tokens=workload["output_len"],
                    ignore_eos=True,
                    detokenize=False,
                    temperature=workload["temperature"],
                ),
            )
        engine.step()
    return {"cpu_s": time.process_time() - cpu, "wall_s": time.perf_counter() - wall}


def main() -> None:
    """Every engine in turn: a warm-up of each workload, then its repeats, interleaved."""
    job = json.loads(sys.stdin.read())
    protocol = os.dup(1)
    os.dup2(2, 1)
    sys.stdout = os.fdopen(protocol, "w")
    os.environ.update(job["environment"])
    from vllm import LLM, SamplingParams

    given = 0
    for settings, workloads in job["engines"]:
        with tempfile.TemporaryDirectory() as folder:
            (Path(folder) / "config.json").write_text(json.dumps(job["config"]))
            engine = LLM(
                model=folder,
                skip_tokenizer_init=True,
                load_format="dummy",
                enforce_eager=True,
                disable_log_stats=True,
                **settings,
            ).llm_engine
            for repeat in range(-1, job["repeats"]):
                for workload in workloads:
                    engine.reset_prefix_cache()
                    found = run(engine, SamplingParams, workload, given)
                    given += workload["num_prompts"]
                    if repeat >= 0:
                        line = {"id": workload["id"], "repeat": repeat, **found}
                        sys.stdout.write(json.dumps(line) + "\n")
                        sys.stdout.flush()
            del engine


if __name__ == "__main__":
    main()
