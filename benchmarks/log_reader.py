"""How fast a log is read, and in how much memory: `python benchmarks/log_reader.py [--gb 1]`.

The log is composed of lines as vLLM prints them, in the shares of a busy server with request
logging on: access lines, received requests with their prompts, statistics every ten seconds.
Whether messages are found does not depend on the size: what was put in is checked.
"""

from __future__ import annotations

import argparse
import resource
import tempfile
import time
from pathlib import Path

from doctor.evidence.reading import read_file

START = (
    "INFO 07-28 06:40:59 [core.py:61] Initializing a V1 LLM engine (v0.8.5) with config: "
    "model='Qwen/Qwen2.5-7B-Instruct', dtype=torch.bfloat16, max_seq_len=32768, tensor_parallel_size=1, "
    "enforce_eager=False, kv_cache_dtype=auto, seed=0\n"
    "INFO 07-28 06:41:20 [kv_cache_utils.py:634] GPU KV cache size: 1,017,600 tokens\n"
    "INFO 07-28 06:41:20 [kv_cache_utils.py:637] Maximum concurrency for 32,768 tokens per request: 31.05x\n"
    "INFO 07-28 06:41:52 [gpu_model_runner.py:1686] Graph capturing finished in 31 secs, took 0.54 GiB\n"
)
ACCESS = 'INFO:     10.0.12.7:{port} - "POST /v1/chat/completions HTTP/1.1" 200 OK\n'
RECEIVED = (
    "INFO 07-28 07:00:01 [logger.py:39] Received request chatcmpl-{n:032x}: prompt: '{prompt}', params: "
    "SamplingParams(n=1, presence_penalty=0.0, temperature=0.7, top_p=0.8, top_k=20, max_tokens=1000), "
    "prompt_token_ids: None, lora_request: None.\n"
)
STATS = (
    "INFO 07-28 07:{m:02}:{s:02} [loggers.py:118] Engine 000: Avg prompt throughput: 6102.8 tokens/s, "
    "Avg generation "
    "throughput: 1221.7 tokens/s, Running: {run} reqs, Waiting: 5 reqs, GPU KV cache usage: 82.3%, "
    "Prefix cache hit rate: 3.2%\n"
)
EVERY = 400
"""Requests between two statistics lines: 40 requests/s, one line in ten seconds."""


def write_log(path: Path, size: int) -> int:
    """Write a log of about ``size`` bytes; gives the number of statistics lines in it."""
    prompt = "Summarise the following text in three sentences. " * 4
    blocks = []
    for index in range(8):
        lines = []
        for n in range(EVERY):
            lines.append(RECEIVED.format(n=n * 7919, prompt=prompt))
            lines.append(ACCESS.format(port=30000 + n))
        lines.append(STATS.format(m=index, s=index * 7, run=200 + index))
        blocks.append("".join(lines).encode())
    written, count = 0, 0
    with path.open("wb") as log:
        written += log.write(START.encode())
        while written < size:
            written += log.write(blocks[count % len(blocks)])
            count += 1
    return count


def main() -> None:
    """Write, read, check, print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--gb", type=float, default=1.0)
    size = int(parser.parse_args().gb * 1e9)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "server.log"
        lines = write_log(path, size)
        before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        started, worked = time.perf_counter(), time.process_time()
        evidence = read_file(path)
        seconds, cpu_s = time.perf_counter() - started, time.process_time() - worked
        after = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        size = path.stat().st_size
    assert evidence.stats[0].lines == lines, (evidence.stats[0].lines, lines)
    assert {signal.id for signal in evidence.signals} >= {"cudagraph_done", "request_logged"}
    print(
        f"{size / 1e6:.0f} MB in {seconds:.1f} s: {size / 1e6 / seconds:.0f} MB/s"
        f" ({cpu_s:.1f} s of CPU time: {size / 1e6 / cpu_s:.0f} MB/s on a core of its own)"
    )
    print(f"{lines} statistics lines found, peak memory {before / 1024:.0f} → {after / 1024:.0f} MiB")


if __name__ == "__main__":
    main()
