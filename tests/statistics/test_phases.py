from __future__ import annotations

import pytest

from doctor.schema.run import Run
from doctor.statistics.phases import phases_of, tokens_between
from tests.statistics.builders import make_run, sampled_run


def staggered() -> Run:
    """Four requests of 10 tokens: first tokens at 1, 2, 3, 4 s, finished at 11, 12, 13, 14 s."""
    run = make_run()
    return run.model_copy(
        update={
            "wall_s": 14.0,
            "first_token_s": (1.0, 2.0, 3.0, 4.0),
            "finished_s": (11.0, 12.0, 13.0, 14.0),
        }
    )


def test_phases_by_hand() -> None:
    phases = phases_of(staggered())
    assert phases is not None
    assert (phases.ramp_s, phases.plateau_s, phases.tail_s) == (4.0, 7.0, 3.0)
    assert phases.ramp_and_tail_fraction == pytest.approx(0.5)
    assert phases.plateau_output_tokens_per_s == pytest.approx(4.0)


def test_phases_add_up_to_the_wall_time() -> None:
    phases = phases_of(staggered())
    assert phases is not None
    assert phases.ramp_s + phases.plateau_s + phases.tail_s == pytest.approx(14.0)


def test_waves_are_one_plateau() -> None:
    run = make_run().model_copy(
        update={
            "wall_s": 20.0,
            "first_token_s": (1.0, 1.0, 10.5, 10.5),
            "finished_s": (10.0, 10.0, 20.0, 20.0),
        }
    )
    phases = phases_of(run)
    assert phases is not None
    assert (phases.ramp_s, phases.tail_s) == (1.0, 0.0)


def test_a_lone_last_request_is_a_tail() -> None:
    run = make_run().model_copy(
        update={
            "wall_s": 20.0,
            "first_token_s": (0.0, 0.0, 0.0, 10.5),
            "finished_s": (10.0, 10.0, 10.0, 20.0),
        }
    )
    phases = phases_of(run)
    assert phases is not None
    assert phases.tail_s == 10.0


def test_samples_stand_in_for_request_times() -> None:
    phases = phases_of(sampled_run([100.0] * 20))
    assert phases is not None
    assert phases.plateau_s == 20.0
    assert phases.plateau_output_tokens_per_s == pytest.approx(100.0)
    assert phases.steadiness == "steady"


def test_what_is_not_known_is_none() -> None:
    assert phases_of(make_run()) is None
    assert phases_of(make_run(status="failed")) is None
    assert phases_of(staggered().model_copy(update={"wall_s": 0.0})) is None
    assert tokens_between(make_run(), 0.0, 1.0) is None


def test_all_at_once() -> None:
    run = make_run().model_copy(update={"wall_s": 5.0, "first_token_s": (5.0,) * 4, "finished_s": (5.0,) * 4})
    phases = phases_of(run)
    assert phases is None or phases.plateau_output_tokens_per_s is None
