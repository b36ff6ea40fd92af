"""Progress of a check on standard error: a line that moves on a terminal, plain lines elsewhere."""

from __future__ import annotations

from types import TracebackType

from rich.console import Console
from rich.live import Live
from rich.progress_bar import ProgressBar
from rich.table import Table
from rich.text import Text

from doctor.schema.progress import Progress


class ProgressLine:
    """Shows arm, repeat, running rate and time left. Use as a context manager and call it."""

    def __init__(self, console: Console) -> None:
        self._console = console
        self._live = (
            Live(console=console, transient=True, refresh_per_second=4) if console.is_terminal else None
        )
        self._said = ""

    def __enter__(self) -> ProgressLine:
        if self._live:
            self._live.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._live:
            self._live.stop()

    def __call__(self, progress: Progress) -> None:
        """Show where the check stands."""
        if self._live:
            self._live.update(_line(progress))
        elif progress.doing != self._said:
            self._said = progress.doing
            place = f"[{progress.runs_done}/{progress.runs_planned}]"
            self._console.print(f"{place} {progress.doing}{_left(progress)}", markup=False, highlight=False)


def _line(progress: Progress) -> Table:
    table = Table.grid(padding=(0, 1), expand=False)
    share = progress.requests_done / progress.requests if progress.requests else 0.0
    bar = ProgressBar(total=max(1, progress.runs_planned), completed=progress.runs_done + share, width=16)
    rate = f"{progress.output_tokens_per_s:.0f} output tok/s" if progress.output_tokens_per_s else ""
    table.add_row(
        bar,
        Text(f"{progress.runs_done}/{progress.runs_planned}"),
        Text(progress.doing, overflow="ellipsis", no_wrap=True),
        Text(rate),
        Text(_left(progress).strip(), style="dim"),
    )
    return table


def _left(progress: Progress) -> str:
    if progress.left_s is None:
        return ""
    minutes, seconds = divmod(round(progress.left_s), 60)
    return f"  {minutes}:{seconds:02d} left"
