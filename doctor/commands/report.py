"""``qdoctor report``: draw, open and pack the report of a run."""

from __future__ import annotations

import webbrowser
from pathlib import Path

import click

from doctor.reporting.bundle import write_bundle
from doctor.reporting.html import render_html
from doctor.reporting.language import LANGUAGES, Language
from doctor.reporting.load import load_report
from doctor.reporting.markdown import render_markdown
from doctor.reporting.terminal import print_summary

_SOURCE = click.argument("source", type=click.Path(exists=True, path_type=Path))
_LANGUAGE = click.option(
    "--lang", "language", type=click.Choice(LANGUAGES), default="en", show_default=True, help="Language."
)


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
def report() -> None:
    """Draw, open and pack a report. SOURCE is a run directory, a report.json or a report.html."""


@report.command()
@_SOURCE
@_LANGUAGE
@click.option(
    "--output",
    type=click.Path(file_okay=False, path_type=Path),
    help="Folder to write to; default: beside SOURCE.",
)
def render(source: Path, language: Language, output: Path | None) -> None:
    """Write report.html and report.md again, from the stored report alone."""
    folder = output or (source if source.is_dir() else source.parent)
    loaded = load_report(source)
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in (
        ("report.html", render_html(loaded, language=language)),
        ("report.md", render_markdown(loaded, language=language)),
    ):
        (folder / name).write_text(text, encoding="utf-8")
        click.echo(folder / name)


@report.command("open")
@_SOURCE
@_LANGUAGE
def open_page(source: Path, language: Language) -> None:
    """Show the page in the browser; it is drawn first where it is not there yet."""
    page = source / "report.html" if source.is_dir() else source.with_suffix(".html")
    if not page.exists():
        page.write_text(render_html(load_report(source), language=language), encoding="utf-8")
    if not webbrowser.open(page.resolve().as_uri()):
        click.echo(f"No browser could be started. The page is {page.resolve()}", err=True)


@report.command()
@_SOURCE
@_LANGUAGE
def show(source: Path, language: Language) -> None:
    """Print the summary on the terminal."""
    from rich.console import Console

    print_summary(load_report(source), Console(), language=language)


@report.command()
@_SOURCE
@click.option(
    "--output", type=click.Path(dir_okay=False, path_type=Path), help="The zip; default: beside SOURCE."
)
def bundle(source: Path, output: Path | None) -> None:
    """Pack everything for an issue into one zip: report, JSON, logs, manifest; secrets taken out."""
    folder = source if source.is_dir() else source.parent
    path = output or folder.parent / f"{folder.resolve().name}.zip"
    click.echo(write_bundle(load_report(source), folder, path))
