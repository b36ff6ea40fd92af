"""The replay: properties, hand-worked cases, and skipping against stepping."""

from __future__ import annotations

from dataclasses import replace

import pytest

from doctor.errors import UsageError
from doctor.performance.replay import Replay, replay
from doctor.performance.schedule import Job, Rules, Schedule
from tests.performance.workloads import configuration


def expand(schedule: Schedule) -> list[tuple[int, int, int, int, int]]:
    """Every step by itself: decodes, context, running, waiting, preempted."""
    steps = schedule.steps
    rows = []
    for i, count in enumerate(steps.count):
        for j in range(count):
            context = steps.context[i] + j * steps.decodes[i]
            rows.append((steps.decodes[i], context, steps.running[i], steps.waiting[i], steps.preempted[i]))
    return rows


@pytest.mark.parametrize("seed", range(1000, 1150))
def test_skipping_equals_stepping(seed: int) -> None:
    rules, jobs, concurrency = configuration(seed)
    stepped = Replay(rules, jobs, max_concurrency=concurrency).run(skip=False)
    skipped = Replay(rules, jobs, max_concurrency=concurrency).run()
    assert expand(skipped) == expand(stepped)
    assert skipped.first_token_step.tolist() == stepped.first_token_step.tolist()
    assert skipped.finish_step.tolist() == stepped.finish_step.tolist()
    assert skipped.peak_blocks == stepped.peak_blocks


@pytest.mark.parametrize("seed", range(2000, 2050))
def test_skipping_equals_stepping_with_arrivals(seed: int) -> None:
    rules, jobs, concurrency = configuration(seed)
    timed = [replace(job, arrival_s=0.013 * i * (1 + i % 3 / 10)) for i, job in enumerate(jobs)]
    timed.sort(key=lambda job: job.arrival_s)

    def clock(decodes: int, context: int, longest: int, chunks: object) -> tuple[float, float]:
        assert isinstance(chunks, (list, tuple))
        prefill = sum(new for new, _ in chunks)
        return 0.002 + 1e-6 * context + 1e-6 * longest + 1e-5 * prefill, 1e-6 * decodes + 1e-6

    stepped = Replay(rules, timed, max_concurrency=concurrency, clock=clock).run(skip=False)
    skipped = Replay(rules, timed, max_concurrency=concurrency, clock=clock).run()
    assert expand(skipped) == expand(stepped)
    assert skipped.finish_step.tolist() == stepped.finish_step.tolist()


@pytest.mark.parametrize("seed", range(3000, 3060))
def test_every_token_is_made_once_and_no_rule_is_broken(seed: int) -> None:
    rules, jobs, concurrency = configuration(seed)
    schedule = replay(rules, jobs, max_concurrency=concurrency)
    steps = schedule.steps
    assert (schedule.finish_step >= schedule.first_token_step).all()
    assert (schedule.first_token_step >= 0).all()
    assert schedule.peak_blocks <= rules.num_gpu_blocks - 1
    assert schedule.peak_running <= min(rules.max_num_seqs, concurrency or len(jobs))
    assert all(steps.tokens(i) <= rules.max_num_batched_tokens for i in range(len(steps.count)))
    decoded = sum(c * d for c, d in zip(steps.count, steps.decodes, strict=True))
    admissions = len(jobs) + schedule.preemptions
    made = sum(job.output_tokens for job in jobs)
    assert made - admissions <= decoded <= made - len(jobs)


@pytest.mark.parametrize("seed", range(3100, 3130))
def test_the_longest_request_lies_between_the_mean_and_what_any_can_reach(seed: int) -> None:
    rules, jobs, concurrency = configuration(seed)
    steps = replay(rules, jobs, max_concurrency=concurrency).steps
    most = max(job.prompt_tokens + job.output_tokens for job in jobs)
    for i, decodes in enumerate(steps.decodes):
        last = steps.longest[i] + steps.count[i] - 1 if decodes else 0
        assert decodes * steps.longest[i] >= steps.context[i]
        assert last <= most
        if decodes == 1:
            assert steps.longest[i] == steps.context[i]


def test_one_request_by_hand() -> None:
    schedule = replay(Rules(100, max_num_batched_tokens=256), [Job(300, 4)])
    steps = schedule.steps
    assert list(zip(steps.chunk_step, steps.chunk_new, steps.chunk_cached, strict=True)) == [
        (0, 256, 0),
        (1, 44, 256),
    ]
    assert schedule.first_token_step.tolist() == [1]
    assert schedule.finish_step.tolist() == [4]
    assert sum(steps.count) == 5
    assert schedule.peak_blocks == 19  # 303 tokens have a slot; the fourth output needs none


def test_two_requests_that_collide_by_hand() -> None:
    # 10 blocks of 16. Two prompts of 64 (4 blocks each) grow together; both want a fifth block in
    # the first decode and a sixth 16 steps later, when none is left: the second one is preempted.
    rules = Rules(11, max_num_batched_tokens=512, enable_prefix_caching=False)
    schedule = replay(rules, [Job(64, 60), Job(64, 60)])
    steps = schedule.steps
    assert schedule.preemptions == 1
    first = steps.preempted.index(1)
    assert sum(steps.count[:first]) == 17
    again = [
        (n, c) for s, n, c in zip(steps.chunk_step, steps.chunk_new, steps.chunk_cached, strict=True) if s
    ]
    assert again == [(81, 0)]  # recomputed: 64 prompt tokens and the 17 made by then
    assert schedule.finish_step[0] == 59


def test_prefix_caching_spares_a_preempted_request_part_of_its_recomputation() -> None:
    jobs = [Job(1000, 1000)] * 60
    plain = replay(Rules(2000, enable_prefix_caching=False), jobs)
    cached = replay(Rules(2000, enable_prefix_caching=True), jobs)
    assert plain.preemptions > 0
    assert sum(cached.steps.chunk_new) < sum(plain.steps.chunk_new)


def test_identical_prompts_are_computed_once() -> None:
    schedule = replay(Rules(8000), [Job(1000, 10, shared_tokens=1000)] * 8)
    assert schedule.steps.chunk_new == [1000] + [1000 - 992] * 7


def test_a_request_that_can_never_fit_is_refused() -> None:
    with pytest.raises(UsageError, match="does not fit"):
        replay(Rules(11), [Job(100, 200)])
    with pytest.raises(UsageError, match="does not fit"):
        replay(Rules(5), [Job(100, 2)])


def test_a_budget_below_the_seats_is_refused_as_in_vllm() -> None:
    with pytest.raises(UsageError, match="max_num_batched_tokens"):
        Rules(100, max_num_seqs=64, max_num_batched_tokens=32)
