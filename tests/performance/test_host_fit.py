"""The host's cost from whole steps: what was put in comes out, and what is missing is no cost."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from doctor.performance.calibration import job_for, table_from, with_host
from doctor.performance.case import Case, prepare
from doctor.performance.host_fit import fit_host
from doctor.performance.kernel_tables import KernelTable
from doctor.performance.predict import predict
from doctor.performance.step_time import Batches
from tests.performance import models
from tests.performance.setups import setup
from tests.performance.test_calibration import CPU, answer

PER_STEP, PER_REQUEST, PER_TOKEN = 8e-3, 4e-4, 3e-5


@pytest.fixture(scope="module")
def kernels() -> KernelTable:
    job = job_for(models.QWEN25_05B, cpu=True, budget_s=50)
    return table_from(answer(CPU, job), job["dtype"]).model_copy(update={"host": None})


@pytest.fixture(scope="module")
def silent(kernels: KernelTable) -> Case:
    return prepare(setup(models.QWEN25_05B, 32, 20, 1), calibration=kernels)


def steps(case: Case) -> list[dict[str, Any]]:
    """What an engine with that host would take on these kernels."""
    lines: list[dict[str, Any]] = []
    one, none = np.ones(1), np.zeros(1)
    for decodes in (1, 8, 16):
        batch = Batches(decodes * one, decodes * 42 * one, none, none, none)
        kernel = sum(float(s[0]) for s in case.steps.components(batch).values())
        seconds = kernel + PER_STEP + PER_REQUEST * decodes
        lines.append({"kind": "step", "decodes": decodes, "context": decodes * 42.0, "seconds": seconds})
    for tokens in (64, 256):
        attention = case.steps.prefill_attention(tokens * one, none)
        batch = Batches(none, none, tokens * one, one, attention)
        kernel = sum(float(s[0]) for s in case.steps.components(batch).values())
        seconds = kernel + PER_STEP + PER_REQUEST + PER_TOKEN * tokens
        lines.append({"kind": "prompt", "tokens": tokens, "seconds": seconds})
    return lines


def test_what_was_put_in_comes_out(silent: Case) -> None:
    host = fit_host(silent, steps(silent))
    assert host is not None
    assert host.per_step_s == pytest.approx(PER_STEP, rel=1e-6)
    assert host.per_request_s == pytest.approx(PER_REQUEST, rel=1e-6)
    assert host.per_token_s == pytest.approx(PER_TOKEN, rel=1e-6)


def test_a_table_with_a_host_predicts_slower(kernels: KernelTable, silent: Case) -> None:
    full = with_host(kernels, steps(silent), models.QWEN25_05B, "bfloat16")
    asked = setup(models.QWEN25_05B, 32, 20, 8)
    slow, fast = (predict(asked, calibration=one) for one in (full, kernels))
    steps_run = slow.steps
    extra = slow.duration_s - fast.duration_s
    assert extra == pytest.approx(steps_run * PER_STEP + 8 * 20 * PER_REQUEST + 8 * 32 * PER_TOKEN, rel=0.02)


def test_steps_faster_than_their_kernels_are_no_negative_cost(silent: Case) -> None:
    quick = [line | {"seconds": 1e-6} for line in steps(silent)]
    host = fit_host(silent, quick)
    assert host is not None
    assert (host.per_step_s, host.per_request_s, host.per_token_s) == (0, 0, 0)


def test_without_steps_the_table_stays_as_it_is(kernels: KernelTable, silent: Case) -> None:
    assert fit_host(silent, [{"kind": "skip", "what": "engine steps", "why": "no vLLM"}]) is None
    assert with_host(kernels, [], models.QWEN25_05B, "bfloat16") == kernels
