from __future__ import annotations

import inspect

import pytest

from doctor import errors
from doctor.errors import QdoctorError, UsageError

KINDS = [one for _, one in inspect.getmembers(errors, inspect.isclass) if issubclass(one, QdoctorError)]


def test_what_where_and_what_to_do_next_stand_in_that_order() -> None:
    error = UsageError("No such id", where="--reference", next_step="See the list.")
    assert str(error) == "No such id (--reference). See the list."
    assert str(UsageError("No such id", next_step="See the list.")) == "No such id. See the list."


@pytest.mark.parametrize("kind", KINDS)
def test_every_error_exits_2_and_wants_a_next_step(kind: type[QdoctorError]) -> None:
    assert kind.exit_code == 2
    with pytest.raises(TypeError):
        kind("it broke")  # type: ignore[call-arg]
