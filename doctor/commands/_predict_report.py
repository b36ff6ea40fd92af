"""A prediction written as a report, for people who are not at this terminal."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TypedDict

import click

from doctor.commands._provenance import provenance_of_now
from doctor.performance.advice import benchmark_command, server_command
from doctor.planning.accounting import settle
from doctor.references import load_reference, reference_setup
from doctor.reporting.write import write_report
from doctor.schema.prediction import Prediction, Refused
from doctor.schema.prediction_report import PredictionReport
from doctor.schema.rates import Rates
from doctor.schema.reference import ReferenceRun
from doctor.schema.setup import Setup


class Published(TypedDict, total=False):
    """What is known of the published figure."""

    reference: ReferenceRun
    published: Rates


def write_prediction(
    rows: Sequence[Prediction | Refused], setup: Setup, reference_id: str | None, folder: Path
) -> None:
    """Write the report's three files, and say where. Where every device is refused there is none."""
    predictions = tuple(row for row in rows if isinstance(row, Prediction))
    if not predictions:
        click.echo("No report: the setup is predicted on none of these devices.", err=True)
        return
    report = PredictionReport(
        provenance=provenance_of_now(),
        setup=setup,
        predictions=predictions,
        refused=tuple(row for row in rows if isinstance(row, Refused)),
        confirm=(server_command(setup, predictions[0]), benchmark_command(setup, None)),
        **_published(reference_id, setup),
    )
    for path in write_report(report, folder):
        click.echo(path, err=True)


def _published(reference_id: str | None, setup: Setup) -> Published:
    """The published figure, where the setup is the published one and no flag changed it."""
    if reference_id is None:
        return {}
    reference = load_reference(reference_id)
    published = reference_setup(reference)
    if setup.model_dump(exclude={"origins"}) != published.model_dump(exclude={"origins"}):
        return {"reference": reference}
    return {"reference": reference, "published": settle(reference, None, "unknown").reference}
