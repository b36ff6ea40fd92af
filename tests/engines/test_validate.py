from __future__ import annotations

from collections.abc import Sequence

from doctor.engines.validate import undelivered
from doctor.schema.run import Run
from doctor.schema.setup import Model, Sampling, Setup, Workload


def setup(*, n: int = 1, ignore_eos: bool = True) -> Setup:
    return Setup(
        model=Model(name="a-model"),
        workload=Workload(input_len=1000, output_len=100, num_prompts=3),
        sampling=Sampling(n=n, ignore_eos=ignore_eos),
    )


def run(prompts: Sequence[int], outputs: Sequence[int]) -> Run:
    return Run(
        arm="user",
        repeat=0,
        engine_start=0,
        position=0,
        status="ok",
        prompt_tokens=tuple(prompts),
        output_tokens=tuple(outputs),
    )


def test_all_delivered() -> None:
    assert undelivered(setup(), run([1000] * 3, [100] * 3)) == ""
    assert undelivered(setup(n=4), run([1000] * 3, [400] * 3)) == ""


def test_the_random_length_trap_is_seen() -> None:
    why = undelivered(setup(), run([1024] * 3, [128] * 3))
    assert why == (
        "3 requests had 1024 prompt tokens instead of 1000; 3 requests had 128 output tokens instead of 100"
    )


def test_requests_that_did_not_finish_are_counted() -> None:
    assert undelivered(setup(), run([1000] * 2, [100] * 2)) == "2 of 3 requests finished"
    assert "0 of 3 requests finished" in undelivered(setup(), run([], []))


def test_outputs_may_end_early_only_where_an_end_of_sequence_may_end_them() -> None:
    cut = run([1000] * 3, [7, 100, 55])
    assert undelivered(setup(ignore_eos=False), cut) == ""
    assert undelivered(setup(), cut) == "2 requests had 7 to 55 output tokens instead of 100"
    assert "101" in undelivered(setup(ignore_eos=False), run([1000] * 3, [7, 101, 55]))


def test_one_request_is_one_request() -> None:
    assert undelivered(setup(), run([1000, 1000, 999], [100] * 3)).startswith(
        "1 request had 999 prompt tokens"
    )
