"""Shows results in a terminal: findings first, what is in order folded to a line."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from rich.console import Console
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from doctor.checks.framework.contract import AnyCheck
from doctor.schema.check import CheckResult, CheckState, EnvironmentReport

_MARKS: dict[CheckState, tuple[str, str]] = {
    "problem": ("[✗]", "bold red"),
    "warning": ("[!]", "bold yellow"),
    "crashed": ("[☠]", "bold magenta"),
    "unknown": ("[?]", "cyan"),
    "ok": ("[✓]", "green"),
    "skipped": ("[-]", "dim"),
}
_FINDINGS: tuple[CheckState, ...] = ("problem", "warning", "crashed")
_FOLDED: tuple[CheckState, ...] = ("ok", "unknown", "skipped")


def show_report(report: EnvironmentReport, console: Console, *, unfold: bool = False) -> None:
    """Print the report; ``unfold`` gives what is in order a paragraph too."""
    console.print(_headline(report.checks), highlight=False)
    for state in _FINDINGS:
        for check in _of(report.checks, state):
            _paragraph(check, console)
    if unfold:
        for state in _FOLDED:
            for check in _of(report.checks, state):
                _paragraph(check, console)
    else:
        console.print()
        _fold(report.checks, console)
    if report.redacted:
        taken = ", ".join(f"{count} {kind}" for kind, count in report.redacted.items())
        console.print(Text(f"\nTaken out before printing: {taken}.", style="dim"))


def show_list(checks: Sequence[AnyCheck], console: Console) -> None:
    """Print the names of the checks by family."""
    for family in dict.fromkeys(check.family for check in checks):
        console.print(Text(family, style="bold"))
        grid = Table.grid(padding=(0, 2))
        for check in checks:
            if check.family == family:
                grid.add_row(Text(f"  {check.name}"), Text(check.title, style="dim"))
        console.print(grid)


def _headline(checks: Sequence[CheckResult]) -> Text:
    found = sum(check.state in _FINDINGS for check in checks)
    asked = sum(check.state != "skipped" for check in checks)
    words = {0: "no finding", 1: "1 finding"}.get(found, f"{found} findings")
    checked = "1 check" if asked == 1 else f"{asked} checks"
    return Text.assemble((words, "bold"), f" in {checked} of what can cost throughput on this machine")


def _paragraph(check: CheckResult, console: Console) -> None:
    mark, style = _MARKS[check.state]
    console.print()
    console.print(
        Text.assemble((mark, style), " ", (_plain(check.title), "bold"), (f"  {check.name}", "dim"))
    )
    console.print(Padding(Text(_plain(check.summary)), (0, 0, 0, 4)))
    grid = Table.grid(padding=(0, 1))
    grid.add_column(width=5, style="dim", no_wrap=True)
    grid.add_column(overflow="fold")
    for label, text in _details(check):
        grid.add_row(Text(label), text)
    console.print(Padding(grid, (0, 0, 0, 4)))


def _details(check: CheckResult) -> Iterable[tuple[str, Text]]:
    if check.cost is not None:
        yield "costs", Text(_plain(check.cost.text))
        if check.cost.source:
            yield "", Text(_plain(check.cost.source), style="dim")
    if check.remedy is not None:
        yield "mend", Text(_plain(check.remedy.action))
        if check.remedy.command:
            yield "", Text(f"$ {_plain(check.remedy.command)}", style="green")
    for index, reading in enumerate(check.readings):
        told = Text.assemble(
            f"{_plain(reading.what)}: {_plain(reading.value)}", (f"  ({_plain(reading.where)})", "dim")
        )
        yield ("read" if index == 0 else ""), told


def _fold(checks: Sequence[CheckResult], console: Console) -> None:
    grid = Table.grid(padding=(0, 1))
    grid.add_column(no_wrap=True)
    grid.add_column(overflow="fold")
    for state in _FOLDED:
        alike = _of(checks, state)
        if not alike:
            continue
        mark, style = _MARKS[state]
        names = ", ".join(check.name for check in alike)
        grid.add_row(
            Text(mark, style=style), Text.assemble((f"{len(alike)} {state}: ", style), (names, "dim"))
        )
    console.print(grid)


def _of(checks: Sequence[CheckResult], state: CheckState) -> list[CheckResult]:
    return [check for check in checks if check.state == state]


def _plain(text: str) -> str:
    """What was read is not to be trusted: control characters could rewrite the screen."""
    return "".join(
        character if character.isprintable() else "\N{REPLACEMENT CHARACTER}" for character in text
    )
