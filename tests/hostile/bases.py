"""What the corpus is made of: a real file, or a faithful small one, of every format that is read."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path

ROOT = Path(__file__).parents[2]
VLLM = "tests/evidence/samples/vllm-0.32.0-cpu"

FILES = {
    "log.log": f"{VLLM}/offline-eager.log",
    "json.log": f"{VLLM}/throughput-json-formatter.log",
    "throughput.json": f"{VLLM}/throughput.json",
    "serve.json": f"{VLLM}/serve-detailed.json",
    "sweep.csv": f"{VLLM}/sweep-summary.csv",
    "metrics.txt": f"{VLLM}/metrics-1.txt",
    "reference.yaml": "reference_runs/qwen1.5-7b-chat-a100-80g.yaml",
    "gpu.yaml": "doctor/performance/gpus/a100-sxm-80g.yaml",
    "table.json": "doctor/performance/kernels/l40s.json",
    "config.json": "doctor/performance/models/qwen3-30b-a3b.json",
    "report.json": "tests/golden/cases/replica/expected/report.json",
    "report.html": "tests/golden/cases/figures-only/expected/report.html",
    "report.md": "tests/golden/cases/replica/expected/report.md",
    "diagnosis.json": "tests/golden/cases/diagnosis/document.json",
    "prediction.json": "tests/golden/cases/prediction/document.json",
    "plan.json": "tests/golden/cases/replica/run/plan.json",
    "request.json": "tests/golden/cases/replica/run/request.json",
    "environment.json": "tests/golden/cases/replica/run/environment.json",
    "run.json": "tests/golden/cases/replica/run/runs/0001.json",
}

PACKAGES = {
    "python": "3.12.1",
    "packages": {"vllm": "0.11.0", "torch": "2.8.0"},
    "vllm_importable": True,
    "torch_cuda": "12.8",
    "torch_version_file": "2.8.0+cu128",
}
FORMAT = '{"format": 1, "created_at": "2026-11-24T20:52:42+00:00"}'
SCRIPT = """\
import time
from vllm import LLM, SamplingParams
llm = LLM(model='Qwen/Qwen1.5-7B-Chat', tensor_parallel_size=1)
p = SamplingParams(temperature=1.0, top_p=0.85, max_tokens=1000)
start = time.time()
for q in ['1' * 1000] * 100:
    out = llm.generate([q], p)
print(time.time() - start)
"""
COMMANDS = """\
#!/bin/bash
export VLLM_USE_V1=1
vllm serve Qwen/Qwen2.5-7B --max-num-seqs 64 \\
  --gpu-memory-utilization 0.5 --enforce-eager
vllm bench serve --model m --random-input-len 1000 --random-output-len 1000 --max-concurrency 16
"""
SMI = """\
==============NVSMI LOG==============
Driver Version                            : 550.54.15
CUDA Version                              : 12.4
Attached GPUs                             : 1
GPU 00000000:17:00.0
    Product Name                          : NVIDIA A100-SXM4-80GB
    FB Memory Usage
        Total                             : 81920 MiB
        Used                              : 4 MiB
    Clocks Event Reasons
        SW Power Cap                      : Active
"""
SETUP = """\
workload:
  input_len: 1000
  output_len: 1000
  max_concurrency: 16
sampling:
  top_p: 0.8
engine:
  max_num_seqs: 64
  extra:
    swap_space: 4
"""
ISSUE = """\
### Performance
The docs say 2298.89 tokens/s on an A100-80G, I get **1000 tokens/s**.
```
INFO 07-28 06:41:20 [loggers.py:118] Engine 000: Avg prompt throughput: 10.0 tokens/s, Avg generation \
throughput: 98.1 tokens/s, Running: 3 reqs, Waiting: 0 reqs, GPU KV cache usage: 1.2%
```
"""
TEXTS = {
    "packages.json": json.dumps(PACKAGES),
    "format.json": FORMAT,
    "script.py": SCRIPT,
    "commands.sh": COMMANDS,
    "smi.txt": SMI,
    "setup.yaml": SETUP,
    "issue.md": ISSUE,
}


@cache
def bases() -> dict[str, bytes]:
    """File name → content."""
    read = {name: (ROOT / path).read_bytes() for name, path in FILES.items()}
    return {**read, **{name: text.encode() for name, text in TEXTS.items()}}
