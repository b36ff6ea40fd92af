from __future__ import annotations

import pytest
from pydantic import ValidationError

from doctor.planning.settings import setting, with_settings
from tests.planning.builders import REFERENCE, USERS


def test_a_changed_setting_carries_its_origin_and_the_old_setup_stays() -> None:
    other = with_settings(REFERENCE, {"workload.output_len": 125, "sampling.top_p": 0.85}, USERS)
    assert (other.workload.output_len, other.sampling.top_p) == (125, 0.85)
    assert other.origins["sampling.top_p"] == USERS
    assert other.origins["workload.input_len"].kind == "published"
    assert (REFERENCE.workload.output_len, REFERENCE.sampling.top_p) == (1000, 1.0)


def test_extra_engine_arguments_are_settings_too() -> None:
    other = with_settings(REFERENCE, {"engine.extra.swap_space": 4}, USERS)
    assert setting(other, "engine.extra.swap_space") == 4
    assert setting(REFERENCE, "engine.extra.swap_space") is None
    assert dict(REFERENCE.engine.extra) == {}


def test_what_cannot_stand_there_is_refused() -> None:
    with pytest.raises(ValidationError):
        with_settings(REFERENCE, {"workload.output_len": "many"}, USERS)
    with pytest.raises(ValidationError):
        with_settings(REFERENCE, {"workload.outputlen": 1}, USERS)
