from __future__ import annotations

import io
from pathlib import Path

from rich.console import Console

from doctor.checks.framework.catalogue import choose_checks, load_checks
from doctor.checks.framework.side_by_side import run_checks
from doctor.checks.framework.terminal import show_list, show_report
from doctor.schema.check import CheckResult, EnvironmentReport
from doctor.schema.environment import Environment
from tests.checks.judging import environment_of, machine_with


def console() -> Console:
    return Console(file=io.StringIO(), width=80, force_terminal=False)


def shown(report: EnvironmentReport, *, unfold: bool = False) -> str:
    screen = console()
    show_report(report, screen, unfold=unfold)
    assert isinstance(screen.file, io.StringIO)
    return screen.file.getvalue()


def report_of(environment: Environment, redacted: dict[str, int] | None = None) -> EnvironmentReport:
    results = run_checks(load_checks(), environment)
    return EnvironmentReport(
        qdoctor_version="0", checks=results, environment=environment, redacted=redacted or {}
    )


def test_findings_come_first_and_the_rest_is_folded(tmp_path: Path) -> None:
    text = shown(report_of(machine_with(tmp_path, "two_a100_unwell"), redacted={"user name": 2}))
    assert all(len(line) <= 80 for line in text.splitlines())
    order = [text.index(mark) for mark in ("[✗]", "[!]", "[✓]", "[-]")]
    assert order == sorted(order)
    assert "$ sudo nvidia-smi -i 1 -rac" in text
    assert text.count("[✓]") == 1
    assert "2 user name" in text


def test_named_checks_are_shown_in_full(tmp_path: Path) -> None:
    environment = machine_with(tmp_path, "a100_sxm")
    results = run_checks(choose_checks(["power-limit"]), environment)
    text = shown(EnvironmentReport(qdoctor_version="0", checks=results, environment=environment), unfold=True)
    assert text.startswith("no finding in 1 check")
    assert "power limit: 400 W" in text


def test_hostile_text_cannot_steer_the_terminal() -> None:
    hostile = CheckResult(
        name="x",
        title="[red]x[/red]",
        family="GPU",
        state="crashed",
        summary="\x1b[2J\x1b]0;owned\x07 \x9b31m [bold]markup[/bold]",
    )
    report = EnvironmentReport(qdoctor_version="0", checks=(hostile,), environment=environment_of())
    text = shown(report)
    assert not any(character in text for character in "\x1b\x07\x9b")
    assert "[bold]markup[/bold]" in text


def test_list_names_every_check() -> None:
    screen = console()
    show_list(load_checks(), screen)
    assert isinstance(screen.file, io.StringIO)
    listed = screen.file.getvalue()
    assert all(check.name in listed for check in load_checks())
