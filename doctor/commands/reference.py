"""`qdoctor reference`: the published figures that a throughput can be held against."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import click


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
def reference() -> None:
    """List, show and validate published figures (reference runs)."""


@reference.command("list")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def list_(as_json: bool) -> None:
    """List the published figures that come with qdoctor, in all three rates."""
    from doctor.commands._reference_tables import list_table, summary
    from doctor.references import list_references

    references = list_references()
    if as_json:
        _print_json([summary(one) for one in references])
    else:
        _print(list_table(references))


@reference.command()
@click.argument("id_or_file", metavar="ID|FILE")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def show(id_or_file: str, as_json: bool) -> None:
    """Show one published figure: its source, its setup, and what the source leaves out."""
    from doctor.commands._reference_tables import details, summary
    from doctor.references import load_reference, reference_setup

    found = load_reference(id_or_file)
    if as_json:
        setup = reference_setup(found).model_dump(mode="json")
        _print_json({**summary(found), "reference": found.model_dump(mode="json"), "setup": setup})
    else:
        _print(details(found))


@reference.command()
@click.argument("files", metavar="[FILE]...", nargs=-1, type=click.Path(path_type=Path))
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def validate(files: tuple[Path, ...], as_json: bool) -> int:
    """Check reference runs: the given files, or all that come with qdoctor.

    Exit codes: 0 all are valid, 2 at least one is not.
    """
    from doctor.errors import QdoctorError
    from doctor.references.catalogue import read_reference, read_shipped, shipped_files

    read = read_reference if files else read_shipped

    def result_of(path: Path) -> dict[str, Any]:
        try:
            return {"file": str(path), "valid": True, "id": read(path).id, "error": None}
        except QdoctorError as error:
            return {"file": str(path), "valid": False, "id": None, "error": str(error)}

    results = [result_of(path) for path in files or shipped_files()]
    if as_json:
        _print_json(results)
    else:
        for result in results:
            click.echo(f"ok   {result['id']}" if result["valid"] else f"FAIL {result['error']}")
    return 0 if all(result["valid"] for result in results) else 2


@reference.command()
def schema() -> None:
    """Print the JSON Schema of a reference run (docs/schemas/reference-run.schema.json)."""
    from doctor.references.json_schema import schema_text

    click.echo(schema_text(), nl=False)


def _print_json(content: object) -> None:
    click.echo(json.dumps(content, indent=2, ensure_ascii=False))


def _print(content: Any) -> None:  # noqa: ANN401 - anything that rich can draw
    from rich.console import Console

    Console(highlight=False).print(content)
