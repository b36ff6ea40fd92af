"""`qdoctor check`: measure why a throughput is not the published one, and write the report."""

from __future__ import annotations

import re
import shlex
import sys
from collections.abc import Mapping
from datetime import datetime, timezone
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from doctor.commands._numbers import FiniteRange
from doctor.commands._setup_options import setup_options, take_overrides
from doctor.errors import RunDirectoryError, UsageError

if TYPE_CHECKING:
    from doctor.schema.request import CheckRequest, Override
    from doctor.schema.setup import Origin, Scalar

DEFAULT_BUDGET = "10m"
_UNITS = {"s": 1.0, "m": 60.0, "h": 3600.0}


class Duration(click.ParamType):  # type: ignore[type-arg]  # generic from click 8.4 on only
    """A time span: 90s, 10m, 1.5h; a bare number counts seconds."""

    name = "time"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> float:  # noqa: ANN401
        """Seconds."""
        if isinstance(value, float):
            return value
        match = re.fullmatch(r"(\d{1,6}(?:\.\d{1,3})?)([smh]?)", str(value).strip())
        if not match or float(match[1]) == 0:
            self.fail(f"{value!r} is not a time span such as 90s, 10m or 1h", param, ctx)
        return float(match[1]) * _UNITS[match[2] or "s"]


@click.command()
@click.option("--reference", "-r", metavar="ID|FILE", help="A published figure: `qdoctor reference list`.")
@click.option("--observed", type=FiniteRange(min=0, min_open=True), help="The tokens/s that you measured.")
@click.option(
    "--observed-counts",
    type=click.Choice(["output", "total", "unknown"]),
    default="unknown",
    show_default=True,
    help="What your figure counts: output tokens, or prompt tokens too.",
)
@click.option(
    "--evidence",
    "evidence_files",
    multiple=True,
    type=click.Path(path_type=Path, exists=True, dir_okay=False),
    help="What you ran or got: a script, a log, a result. It is read, not run.",
)
@click.option("--setup", "setup_file", type=click.Path(path_type=Path), help="Your setup as a YAML file.")
@click.option("--command", "command_line", metavar="TEXT", help="Your vLLM command, pasted; it is not run.")
@click.option(
    "--engine-python",
    default=sys.executable,
    metavar="PATH",
    help="The Python that has vLLM.  [default: this one]",
)
@click.option("--model", "model_path", type=click.Path(path_type=Path), help="A local folder with the model.")
@click.option(
    "--budget", type=Duration(), default=DEFAULT_BUDGET, show_default=True, help="Time for the runs."
)
@click.option(
    "--ablation",
    "ablations",
    multiple=True,
    metavar="ID",
    help="Also run this ablation of the reference: an id, default, all or none.  "
    "[default: default without a setup of yours, none with one]",
)
@click.option(
    "--seed", type=click.IntRange(0, 2**31), default=0, show_default=True, help="Prompts and order."
)
@click.option(
    "--repeats",
    type=click.IntRange(1, 50),
    default=6,
    show_default=True,
    help="Runs of each arm at most; fewer where more would not change the verdict.",
)
@click.option("--output", "-o", type=click.Path(path_type=Path), help="The run directory.")
@click.option(
    "--resume", type=click.Path(path_type=Path), metavar="RUN_DIR", help="Go on where a check stopped."
)
@click.option(
    "--trust-remote-code", is_flag=True, help="Let the engine run code that lies beside the model's weights."
)
@click.option("--no-redact", is_flag=True, help="Leave in what names a person, a machine or a secret.")
@click.option("--json", "as_json", is_flag=True, help="Print the report as JSON on standard output.")
@setup_options
def check(as_json: bool, **values: Any) -> int:  # noqa: ANN401  (click's keyword arguments)
    """Say why a vLLM throughput is not the published one.

    Runs the published setup and changes of it on a real vLLM engine, splits the distance
    into causes in tokens/s, and writes an HTML report. The flags under which a setup is
    described are vLLM's own; what you do not give stays as in the reference.

    Exit codes: 0 no gap beyond noise, 1 a gap was found, 2 usage, environment or engine
    failure, 130 interrupted (what was measured is kept and reported).
    """
    from rich.console import Console

    from doctor.commands._progress import ProgressLine
    from doctor.interrupts import Interrupts
    from doctor.pipeline.check import check as run_check
    from doctor.reporting.terminal import print_summary
    from doctor.rundir import RunDirectory

    console = Console(stderr=True)
    path, request = _asked(values)
    with (
        Interrupts().watch() as interrupts,
        RunDirectory(path, redacting=request.redact) as directory,
        ProgressLine(console) as progress,
    ):
        report = run_check(request, directory, progress, interrupts.raise_if_asked)
    if as_json:
        click.echo(report.model_dump_json())
    else:
        print_summary(report, Console())
        _say_where(path)
    return 130 if report.provenance.interrupted else report.verdict.exit_code


def _asked(values: dict[str, Any]) -> tuple[Path, CheckRequest]:
    """The run directory and the request: a stored one to resume, or one from the command line."""
    from doctor.rundir import read_record
    from doctor.schema.request import CheckRequest

    resumed: Path | None = values.pop("resume")
    if resumed is not None:
        if not (resumed / "request.json").is_file():
            raise RunDirectoryError(
                "There is nothing to resume",
                where=str(resumed),
                next_step="Give a directory of `qdoctor check`.",
            )
        return resumed, _moved(read_record(resumed / "request.json", CheckRequest), values)
    if values["reference"] is None:
        raise UsageError(
            "No published figure to hold against",
            where="--reference",
            next_step="Choose one from `qdoctor reference list`, or write one (docs/reference-runs.md).",
        )
    request = _request(values)
    return _unused(values["output"] or _new_directory(request.reference)), request


def _moved(request: CheckRequest, values: dict[str, Any]) -> CheckRequest:
    """The stored request, with the places that were named anew (what was redacted or moved is found
    again) and the budget of this sitting."""
    source = click.get_current_context().get_parameter_source
    given = [name for name in values if source(name) == click.core.ParameterSource.COMMANDLINE]
    changes: dict[str, str | float] = {
        option: str(values[option])
        for option in ("reference", "engine_python", "model_path")
        if option in given
    }
    if "budget" in given:
        changes["budget_s"] = values["budget"]
    return request.model_copy(update=changes)


def _unused(path: Path) -> Path:
    """The directory, where it does not hold a check already: two checks in one would mix their runs."""
    if (path / "request.json").exists():
        raise RunDirectoryError(
            "This directory already holds a check",
            where=str(path),
            next_step=f"Go on with --resume {shlex.quote(str(path))}, or name another with --output DIR.",
        )
    return path


def _request(values: dict[str, Any]) -> CheckRequest:
    from doctor.planning.setup_file import load_setup_file
    from doctor.schema.request import CheckRequest

    overrides: dict[str, Override] = {}
    if values["command_line"]:
        overrides.update(_kept(_from_command(values["command_line"])))
    if values["setup_file"]:
        overrides.update(_kept(load_setup_file(values["setup_file"])))
    overrides.update(take_overrides(values))
    model: Path | None = values["model_path"]
    if model is not None and not (model / "config.json").is_file():
        raise UsageError(
            "There is no model in this folder: config.json is missing",
            where=str(model),
            next_step="Give a local folder in Hugging Face's layout, or leave --model out for dummy weights.",
        )
    return CheckRequest(
        reference=values["reference"],
        observed=values["observed"],
        observed_counts=values["observed_counts"],
        evidence_files=tuple(str(path.resolve()) for path in values["evidence_files"]),
        overrides=overrides,
        engine_python=values["engine_python"],
        model_path=str(model.resolve()) if model else None,
        budget_s=values["budget"],
        seed=values["seed"],
        repeats=values["repeats"],
        ablations=_ablations(values["ablations"], has_setup=bool(overrides or values["evidence_files"])),
        trust_remote_code=values["trust_remote_code"],
        redact=not values["no_redact"],
        command=("qdoctor", *sys.argv[1:]),
    )


def _from_command(text: str) -> Mapping[str, tuple[Scalar, Origin]]:
    """The settings in a pasted command; what it means beyond its words, and what was not read, is told."""
    from doctor.evidence.command_line import parse_command

    command = parse_command(text)
    for note in command.notes:
        click.echo(f"Your command: {note}", err=True)
    if command.unread:
        click.echo(f"Not read in your command: {' '.join(command.unread)}", err=True)
    return {
        path: setting for path, setting in command.overrides.items() if _is_handed_through(path, setting[0])
    }


def _is_handed_through(path: str, value: Scalar) -> bool:
    """Whether the engine will be given this; a pasted command may ask for what qdoctor never does."""
    from doctor.engines.arguments import why_not_handed_through
    from doctor.schema.paths import EXTRA

    name = path.removeprefix(EXTRA)
    why = why_not_handed_through(name, value) if name != path else None
    if why is not None:
        click.echo(f"Left out of your command: {name}: {why}", err=True)
    return why is None


def _kept(settings: Mapping[str, tuple[Scalar, Origin]]) -> dict[str, Override]:
    from doctor.schema.request import Override

    return {path: Override(value=value, origin=origin) for path, (value, origin) in settings.items()}


def _ablations(wanted: tuple[str, ...], *, has_setup: bool) -> tuple[str, ...]:
    if not wanted:
        return () if has_setup else ("default",)
    return () if wanted == ("none",) else wanted


def _new_directory(reference: str) -> Path:
    stamp = datetime.now(timezone.utc).strftime("%Y%m%d-%H%M%S")
    name = re.sub(r"[^a-zA-Z0-9.-]+", "-", Path(reference).stem if "/" in reference else reference)
    return Path("qdoctor-runs") / f"{stamp}-{name}"


def _say_where(path: Path) -> None:
    click.echo(f"Report: {path / 'report.html'}")
    click.echo(f"For an issue: {path / 'report.md'}", err=True)
    click.echo(f"Judge again: qdoctor diagnose {shlex.quote(str(path))}", err=True)
