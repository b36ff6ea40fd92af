"""A published figure is recognised by its number, and only where it tells."""

from __future__ import annotations

import pytest

from doctor.references.recognise import recognise

QWEN = "qwen1.5-7b-chat-a100-80g"


@pytest.mark.parametrize("quoted", [2298.89, 2298.9, 2299.0])
def test_a_figure_is_known_as_it_is_quoted(quoted: float) -> None:
    found = recognise([1000.0, quoted])
    assert found is not None
    assert found.id == QWEN


@pytest.mark.parametrize("quoted", [2000.0, 2300.0, 1150.0, 2310.0])
def test_a_round_number_or_another_is_not(quoted: float) -> None:
    assert recognise([quoted]) is None


def test_another_model_is_no_match() -> None:
    assert recognise([2298.89], "meta-llama/Llama-3-8B") is None
    found = recognise([2298.89], "Qwen/Qwen1.5-7B")
    assert found is not None
    assert found.id == QWEN


def test_nothing_quoted_is_nothing_recognised() -> None:
    assert recognise([]) is None
