"""``qdoctor env``: what on this machine costs throughput."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import click
from rich.console import Console

from doctor import __version__
from doctor.checks.framework.catalogue import load_checks
from doctor.checks.framework.terminal import show_list, show_report
from doctor.examination import examine, model_by_name, model_of_setup
from doctor.probes.environment import read_environment
from doctor.redaction import redact_record, redactions
from doctor.schema.check import EnvironmentReport

if TYPE_CHECKING:
    from doctor.schema.environment import Environment
    from doctor.schema.model_fit import ModelFit


@click.command()
@click.argument("names", nargs=-1, metavar="[NAME]...")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON record on standard output.")
@click.option("--list", "only_list", is_flag=True, help="Name the checks and stop.")
@click.option("--reference", "-r", metavar="ID|FILE", help="Also ask what its model takes of this GPU.")
@click.option("--model", metavar="PATH|NAME", help="Ask it of this model: a folder, or a name on the Hub.")
@click.option(
    "--engine-python",
    default=sys.executable,
    metavar="PATH",
    help="The Python in which vLLM is installed. Default: the one that runs qdoctor.",
)
@click.option("--no-redact", is_flag=True, help="Leave in what names a person, a machine or a secret.")
def env(
    names: tuple[str, ...],
    as_json: bool,
    only_list: bool,
    reference: str | None,
    model: str | None,
    engine_python: str,
    no_redact: bool,
) -> None:
    """Check this machine for what costs throughput; all checks, or those of the NAMEs.

    Nothing is changed, and no engine is started. Each finding says what it can cost, what was read
    and where, and what mends it.

    Findings do not fail the command: it ends with exit code 0 whatever it finds, and with 2 only when
    it is used wrongly, for instance with the name of a check that does not exist.
    """
    if only_list:
        show_list(load_checks(), Console())
        return
    environment = read_environment(engine_python)
    fit = _model(reference, model, environment)
    report = EnvironmentReport(
        qdoctor_version=__version__,
        checks=examine(names, environment, fit),
        environment=environment,
        model=fit,
    )
    if not no_redact:
        report = redact_record(report)
        report = report.model_copy(update={"redacted": redactions(report)})
    if as_json:
        click.echo(report.model_dump_json(indent=2))
    else:
        show_report(report, Console(), unfold=bool(names))


def _model(reference: str | None, model: str | None, environment: Environment) -> ModelFit | None:
    setup = None
    if reference is not None:
        from doctor.references import load_reference, reference_setup

        setup = reference_setup(load_reference(reference))
    if model is not None:
        return model_by_name(model, environment, setup)
    return model_of_setup(setup, environment) if setup is not None else None
