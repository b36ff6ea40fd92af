"""``qdoctor env``: what on this machine costs throughput."""

from __future__ import annotations

import sys

import click
from rich.console import Console

from doctor import __version__
from doctor.checks.framework.catalogue import choose_checks, load_checks
from doctor.checks.framework.side_by_side import run_checks
from doctor.checks.framework.terminal import show_list, show_report
from doctor.probes.environment import read_environment
from doctor.redaction import redact_record, redactions
from doctor.schema.check import EnvironmentReport


@click.command()
@click.argument("names", nargs=-1, metavar="[NAME]...")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON record on standard output.")
@click.option("--list", "only_list", is_flag=True, help="Name the checks and stop.")
@click.option(
    "--engine-python",
    default=sys.executable,
    metavar="PATH",
    help="The Python in which vLLM is installed. Default: the one that runs qdoctor.",
)
@click.option("--no-redact", is_flag=True, help="Leave in what names a person, a machine or a secret.")
def env(names: tuple[str, ...], as_json: bool, only_list: bool, engine_python: str, no_redact: bool) -> None:
    """Check this machine for what costs throughput; all checks, or those of the NAMEs.

    Nothing is changed, and no engine is started. Each finding says what it can cost, what was read
    and where, and what mends it.

    Findings do not fail the command: it ends with exit code 0 whatever it finds, and with 2 only when
    it is used wrongly, for instance with the name of a check that does not exist.
    """
    if only_list:
        show_list(load_checks(), Console())
        return
    report = _examine(names, engine_python, redacting=not no_redact)
    if as_json:
        click.echo(report.model_dump_json(indent=2))
    else:
        show_report(report, Console(), unfold=bool(names))


def _examine(names: tuple[str, ...], engine_python: str, *, redacting: bool) -> EnvironmentReport:
    checks = choose_checks(names)
    environment = read_environment(engine_python)
    report = EnvironmentReport(
        qdoctor_version=__version__, checks=run_checks(checks, environment), environment=environment
    )
    if not redacting:
        return report
    clean = redact_record(report)
    return clean.model_copy(update={"redacted": redactions(clean)})
