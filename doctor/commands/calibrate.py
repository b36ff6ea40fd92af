"""``qdoctor calibrate``: measure this machine's kernels for predictions."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from doctor.commands._numbers import FiniteRange


@click.command()
@click.option("--model", default="qwen1.5-7b-chat", show_default=True, help="Whose matrices to measure.")
@click.option("--engine-python", default=sys.executable, help="The Python that your vLLM lives in.")
@click.option("--cpu", is_flag=True, help="Measure the CPU, even where there is a GPU.")
@click.option("--dtype", help="Element type; the model's own without it.")
@click.option("--context", type=click.IntRange(16), default=1500, show_default=True, help="Expected context.")
@click.option("--budget", type=FiniteRange(1), default=55.0, show_default=True, help="Seconds.")
@click.option(
    "--output",
    type=click.Path(dir_okay=False, path_type=Path),
    default=Path("qdoctor-calibration.json"),
    show_default=True,
    help="Where to write the table.",
)
def calibrate(
    model: str, engine_python: str, cpu: bool, dtype: str | None, context: int, budget: float, output: Path
) -> None:
    """Measure GEMMs, attention, copies and scheduling here, for `qdoctor predict --calibration`."""
    from doctor.performance.calibration import (
        engine_job_for,
        job_for,
        run_engine,
        run_worker,
        table_from,
        with_host,
        write_table,
    )
    from doctor.performance.models import find_architecture

    def tell(text: str) -> None:
        click.echo(text, err=True)

    architecture = find_architecture(model)
    job = job_for(architecture, cpu=cpu, budget_s=budget, context=context, dtype=dtype)
    lines = run_worker(engine_python, job, tell)
    table = table_from(lines, str(job["dtype"]))
    if table.gpu == "cpu":
        steps = run_engine(engine_python, engine_job_for(architecture, str(job["dtype"])), tell)
        table = with_host(table, steps, architecture, str(job["dtype"]))
    write_table(table, output)
    peak = table.roofline
    click.echo(
        f"{table.device} ({table.gpu}): {sum(line['kind'] == 'gemm' for line in lines)} GEMMs measured"
    )
    click.echo(f"  {table.source}; {table.engine}")
    copies = [line["gb_s"] for line in lines if line["kind"] == "copy"]
    if copies:
        click.echo(f"  copy bandwidth {copies[0]:.0f} of {peak.bandwidth_gb_s:.0f} GB/s")
    if table.host:
        per_step, per_request = table.host.per_step_s * 1e6, table.host.per_request_s * 1e6
        click.echo(
            f"  host {per_step:.0f} µs per step and {per_request:.1f} µs per request ({table.host.source})"
        )
    click.echo(f"Wrote {output}")
