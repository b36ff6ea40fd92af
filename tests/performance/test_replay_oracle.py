"""The replay against vLLM's own scheduler, step by step, over random configurations."""

from __future__ import annotations

import importlib.util
from pathlib import Path
from typing import Any

import pytest

from doctor.performance.replay import Replay
from tests.performance.workloads import configuration

pytestmark = [
    pytest.mark.engine,
    pytest.mark.skipif(importlib.util.find_spec("vllm") is None, reason="vLLM is not installed here"),
    pytest.mark.filterwarnings("default"),
]

CONFIGURATIONS = 300


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> Any:
    from tests.performance.vllm_oracle import model_config

    folder: Path = tmp_path_factory.mktemp("model")
    return model_config(folder)


@pytest.mark.parametrize("seed", range(CONFIGURATIONS))
def test_every_step_is_that_of_vllm(model: Any, seed: int) -> None:
    from tests.performance.vllm_oracle import Seen, schedule_with_vllm

    rules, jobs, concurrency = configuration(seed)
    theirs = schedule_with_vllm(model, rules, jobs, concurrency)
    steps = Replay(rules, jobs, max_concurrency=concurrency).run(skip=False).steps
    ours = [
        Seen(
            running=steps.running[i],
            waiting=steps.waiting[i],
            blocks=steps.blocks[i],
            tokens=steps.tokens(i),
            preempted=steps.preempted[i],
        )
        for i in range(len(steps.count))
    ]
    for i, (our, their) in enumerate(zip(ours, theirs, strict=False)):
        assert our == their, f"step {i} of {rules}"
    assert len(ours) == len(theirs)
