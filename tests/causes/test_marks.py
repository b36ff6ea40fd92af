"""What a script in full leaves out is excluded, and what one in part leaves out is not."""

from __future__ import annotations

import pytest

from tests.causes.judging import judged

FULL = "from vllm import LLM\nllm = LLM('m/x', gpu_memory_utilization=0.9)\nllm.generate(prompts)\n"
IN_PART = FULL.replace("gpu_memory_utilization=0.9", "**options")
LEFT_OUT = [
    "lora-enabled",
    "cpu-offload",
    "pipeline-parallel",
    "enforce-eager",
    "spec-decode-loss",
    "lora-rank-overprovisioned",
]


@pytest.mark.parametrize("cause", LEFT_OUT)
def test_what_an_engine_is_built_without(cause: str) -> None:
    judgement = judged(cause, FULL)
    assert judgement.status == "ruled out"
    assert "built without" in judgement.summary
    assert judged(cause, IN_PART).strength == "none"
    assert judged(cause, IN_PART).status == "inconclusive"


def test_what_a_program_logs_speaks_louder_than_what_a_script_leaves_out() -> None:
    logged = "INFO 07-28 06:40:59 [config.py:1] Cudagraph is disabled under eager mode"
    assert judged("enforce-eager", f"```python\n{FULL}```\n\n```\n{logged}\n```\n").status == "confirmed"


def test_a_script_that_calls_vllm_is_not_hugging_faces() -> None:
    assert judged("wrong-backend-hf", FULL).status == "ruled out"


def test_a_timer_after_the_model_excludes_its_loading() -> None:
    timed = FULL.replace("llm.generate", "t = time.time()\nllm.generate") + "print(time.time() - t)\n"
    assert judged("model-load-in-timed-region", timed).status == "ruled out"
