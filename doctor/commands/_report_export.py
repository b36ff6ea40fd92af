"""``qdoctor report export``: the runs of a check for other tools."""

from __future__ import annotations

from pathlib import Path

import click


@click.command()
@click.argument("source", type=click.Path(exists=True, path_type=Path))
@click.option(
    "--format",
    "form",
    type=click.Choice(["benchmark-report", "csv"]),
    required=True,
    help="llm-d's Benchmark Report 0.2, one YAML file an arm; or one CSV with a line a run.",
)
@click.option(
    "--output",
    "-o",
    type=click.Path(file_okay=False, path_type=Path),
    help="Folder to write to; default: beside SOURCE.",
)
def export(source: Path, form: str, output: Path | None) -> None:
    """Write the runs of the check in SOURCE for other tools."""
    from doctor.reporting.export import benchmark_reports, runs_csv
    from doctor.reporting.load import load_check
    from doctor.reporting.redact import redacted
    from doctor.reporting.write import write_texts

    report = redacted(load_check(source))
    texts = {"runs.csv": runs_csv(report)} if form == "csv" else benchmark_reports(report)
    for path in write_texts(texts, output or (source if source.is_dir() else source.parent)):
        click.echo(path)
