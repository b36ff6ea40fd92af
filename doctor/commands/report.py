"""``qdoctor report``: draw, open, pack, compare and export what was found."""

from __future__ import annotations

import webbrowser
from pathlib import Path
from typing import TYPE_CHECKING

import click

from doctor.commands._report_compare import compare
from doctor.commands._report_export import export
from doctor.reporting.language import LANGUAGES, Language

if TYPE_CHECKING:
    from doctor.schema.documents import Document

_SOURCE = click.argument("source", type=click.Path(exists=True, path_type=Path))
_LANGUAGE = click.option(
    "--lang", "language", type=click.Choice(LANGUAGES), default="en", show_default=True, help="Language."
)


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
def report() -> None:
    """Draw, open, pack, compare and export reports.

    SOURCE is a run directory, a report.json, a report.html, or a bundle.
    """


report.add_command(compare)
report.add_command(export)


@report.command()
@_SOURCE
@_LANGUAGE
@click.option(
    "--output",
    "-o",
    type=click.Path(file_okay=False, path_type=Path),
    help="Folder to write to; default: beside SOURCE.",
)
def render(source: Path, language: Language, output: Path | None) -> None:
    """Write report.html and report.md again, from the stored report alone."""
    from doctor.reporting.write import rendered, write_texts

    folder = output or (source if source.is_dir() else source.parent)
    for path in write_texts(rendered(_loaded(source), language), folder):
        click.echo(path)


@report.command("open")
@_SOURCE
@_LANGUAGE
def open_page(source: Path, language: Language) -> None:
    """Show the page in the browser; it is drawn first where it is not there yet."""
    from doctor.reporting.html import render_html
    from doctor.reporting.write import write_texts

    page = source / "report.html" if source.is_dir() else source.with_suffix(".html")
    if not page.exists():
        write_texts({page.name: render_html(_loaded(source), language=language)}, page.parent)
    if not webbrowser.open(page.resolve().as_uri()):
        click.echo(f"No browser could be started. The page is {page.resolve()}", err=True)


@report.command()
@_SOURCE
@_LANGUAGE
def show(source: Path, language: Language) -> None:
    """Print the summary on the terminal."""
    from rich.console import Console

    from doctor.reporting.terminal import print_summary

    print_summary(_loaded(source), Console(), language=language)


@report.command()
@_SOURCE
@_LANGUAGE
@click.option(
    "--output", "-o", type=click.Path(dir_okay=False, path_type=Path), help="The zip; default: beside SOURCE."
)
def bundle(source: Path, language: Language, output: Path | None) -> None:
    """Pack everything for an issue into one zip: report, JSON, logs, manifest; secrets taken out."""
    from doctor.reporting.bundle import write_bundle

    folder = source if source.is_dir() else source.parent
    path = output or folder.parent / f"{folder.resolve().name}.zip"
    click.echo(write_bundle(_loaded(source), folder, path, language))


def _loaded(source: Path) -> Document:
    from doctor.reporting.load import load_report

    return load_report(source)
