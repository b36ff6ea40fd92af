"""The options of ``qdoctor check`` by themselves; the command end to end is tested elsewhere."""

from __future__ import annotations

import click
import pytest

from doctor.commands.check import Duration


def seconds(text: str) -> float:
    return Duration().convert(text, None, None)


@pytest.mark.parametrize(
    ("text", "expected"), [("90s", 90.0), ("10m", 600.0), ("1.5h", 5400.0), ("45", 45.0), (" 2m ", 120.0)]
)
def test_time_spans(text: str, expected: float) -> None:
    assert seconds(text) == expected


@pytest.mark.parametrize(
    "text", ["", "m", "-5m", "0", "0s", "0.000h", "ten", "1e3", "5d", "nan", "9999999h", "1m\n2"]
)
def test_what_is_no_time_span(text: str) -> None:
    with pytest.raises(click.UsageError, match="not a time span"):
        seconds(text)
