"""The options of ``qdoctor check`` by themselves; the command end to end is tested elsewhere."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click
import pytest

from doctor.cli import cli
from doctor.commands.check import Duration, _asked, check
from doctor.schema.request import CheckRequest


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


@pytest.mark.parametrize(("words", "budget_s"), [((), 300.0), (("--budget", "90s"), 90.0)])
def test_a_resumed_check_keeps_its_request_but_for_a_budget_given_now(
    tmp_path: Path, words: tuple[str, ...], budget_s: float
) -> None:
    stored = CheckRequest(reference="mine.yaml", engine_python="python", budget_s=300.0, repeats=2)
    (tmp_path / "request.json").write_text(stored.model_dump_json())
    group = click.Context(
        cli, **cli.context_settings
    )  # click remembers whether -h is help from the first use
    with check.make_context("check", ["--resume", str(tmp_path), *words], parent=group) as context:
        values: dict[str, Any] = {key: value for key, value in context.params.items() if key != "as_json"}
        _, request = _asked(values)
    assert request == stored.model_copy(update={"budget_s": budget_s})
