from __future__ import annotations

import io

from rich.console import Console

from doctor.commands._progress import ProgressLine
from doctor.schema.progress import Progress


def shown(*steps: Progress, terminal: bool = False, width: int = 80) -> str:
    out = io.StringIO()
    with ProgressLine(Console(file=out, force_terminal=terminal, width=width)) as line:
        for step in steps:
            line(step)
    return out.getvalue()


def step(doing: str, done: int, **more: float) -> Progress:
    return Progress.model_validate({"doing": doing, "runs_done": done, "runs_planned": 12, **more})


def test_without_a_terminal_each_new_thing_is_one_plain_line() -> None:
    text = shown(
        step("starting the engine", 0),
        step("Reference setup, repeat 1", 0, output_tokens_per_s=10.0),
        step("Reference setup, repeat 1", 0, output_tokens_per_s=20.0),
        step("Your setup, repeat 1", 1, left_s=125.4),
    )
    assert text.splitlines() == [
        "[0/12] starting the engine",
        "[0/12] Reference setup, repeat 1",
        "[1/12] Your setup, repeat 1  2:05 left",
    ]


def test_on_a_terminal_arm_rate_and_time_stand_in_one_line_that_goes_away() -> None:
    text = shown(
        step("Your setup, repeat 2", 3, requests_done=4, requests=8, output_tokens_per_s=512.3, left_s=61),
        terminal=True,
    )
    for part in ("Your setup, repeat 2", "3/12", "512 output tok/s", "1:01 left"):
        assert part in text


def test_a_title_in_brackets_is_not_markup() -> None:
    assert "[bold]arm[/bold]" in shown(step("[bold]arm[/bold]", 0))
    assert "[red]" in shown(step("[red]", 0), terminal=True)


def test_a_narrow_terminal_cuts_the_title_and_not_the_rest() -> None:
    long = step("A very long title of an arm that does not fit, repeat 3", 3, left_s=61)
    assert "1:01 left" in shown(long, terminal=True, width=50)
