"""``qdoctor predict``: what should this hardware reach?"""

from __future__ import annotations

import gc
import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from doctor.commands._numbers import FiniteRange
from doctor.commands._setup_options import setup_options, take_overrides
from doctor.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from doctor.performance.case import Case
    from doctor.performance.kernel_tables import KernelTable
    from doctor.schema.prediction import Prediction, Refused
    from doctor.schema.request import Override
    from doctor.schema.setup import Setup

PROMPTS = 1000
"""Requests where nobody says how many: the default of vLLM's benchmarks."""
_ABOVE_ZERO = FiniteRange(min=0, min_open=True)


@click.command()
@click.option("--gpu", help="The GPU: id, alias, driver's name or a YAML file; else the reference's own.")
@click.option("--model", metavar="NAME|PATH", help="A model by name, or where its config.json lies.")
@click.option("--reference", "-r", "reference_id", metavar="ID|FILE", help="Predict a published setup.")
@click.option("--vllm-version", metavar="V", help="The vLLM version whose rules and defaults apply.")
@click.option(
    "--compare",
    metavar="GPU…",
    multiple=True,
    help="A table over these GPUs; several may follow one --compare.",
)
@click.option("--advise", is_flag=True, help="Capacity planning in five steps.")
@click.option("--max-tpot-ms", type=_ABOVE_ZERO, help="With --advise: mean time per output token at most.")
@click.option("--max-ttft-ms", type=_ABOVE_ZERO, help="With --advise: mean time to first token at most.")
@click.option(
    "--calibration",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="What `qdoctor calibrate` wrote; it wins over the GPU's shipped table.",
)
@click.option("--kv-cache-tokens", type=click.IntRange(1), help="KV cache size as the engine's log tells it.")
@click.option(
    "--flashinfer-sampler/--no-flashinfer-sampler",
    "flashinfer",
    default=None,
    help="Whether top-k and top-p run on FlashInfer.  [default: as the version does]",
)
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@click.option(
    "--output",
    "-o",
    type=click.Path(file_okay=False, path_type=Path),
    help="Write report.html, report.md and report.json into this folder.",
)
@click.argument("more_gpus", nargs=-1, metavar="")
@setup_options
def predict(
    gpu: str | None,
    model: str | None,
    reference_id: str | None,
    vllm_version: str | None,
    compare: tuple[str, ...],
    advise: bool,
    max_tpot_ms: float | None,
    max_ttft_ms: float | None,
    calibration: Path | None,
    kv_cache_tokens: int | None,
    flashinfer: bool | None,
    as_json: bool,
    output: Path | None,
    more_gpus: tuple[str, ...],
    **options: Any,  # noqa: ANN401  (the flags of a setup)
) -> None:
    """What a setup should reach on a GPU: requests/s, output and total tokens/s, with an interval.

    Nothing is run. Name the work with --model, --input-len and --output-len, or --reference.
    """
    if more_gpus and not compare:
        raise UsageError(
            f"{more_gpus[0]!r} is no option", next_step="Name the GPU with --gpu, or several after --compare"
        )
    _start_fast()
    setup = _setup(model, reference_id, vllm_version, take_overrides(options))
    table = _table(calibration)
    told = {"kv_cache_tokens": kv_cache_tokens, "flashinfer": flashinfer}
    if compare:
        devices = _devices(gpu, (*compare, *more_gpus), table)
        rows = [_row(setup, name, table, told) for name in devices]
        _print_table(rows, as_json=as_json)
        _write(rows, setup, reference_id, output)
        return
    case = _case(setup, gpu, table, told)
    if advise:
        found = _print_advice(case, max_tpot_ms, max_ttft_ms, as_json=as_json)
    else:
        found = _print_one(case, as_json=as_json)
    _write([found], setup, reference_id, output)


def _write(
    rows: Sequence[Prediction | Refused], setup: Setup, reference_id: str | None, output: Path | None
) -> None:
    if output is None:
        return
    from doctor.commands._predict_report import write_prediction

    write_prediction(rows, setup, reference_id, output)


def _start_fast() -> None:
    """Spare what a process of half a second does not need: BLAS threads, collections while importing."""
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    gc.set_threshold(100_000)


def _setup(
    model: str | None, reference_id: str | None, version: str | None, given: Mapping[str, Override]
) -> Setup:
    """The setup: a reference run's, or a model with its lengths; flags win over both."""
    from doctor.planning.setups import user_setup

    changes = {path: (one.value, one.origin) for path, one in given.items()}
    base = _published(reference_id) if reference_id else _plain(model, given)
    setup = user_setup(base, changes)
    if version:
        setup = setup.model_copy(update={"software": setup.software.model_copy(update={"version": version})})
    return setup


def _published(reference_id: str) -> Setup:
    from doctor.references import load_reference, reference_setup

    return reference_setup(load_reference(reference_id))


def _plain(model: str | None, given: Mapping[str, Override]) -> Setup:
    lengths = {flag: given.get(f"workload.{flag}") for flag in ("input_len", "output_len")}
    missing = [flag for flag, value in (("model", model), *lengths.items()) if value is None]
    if missing:
        flags = ", ".join("--" + name.replace("_", "-") for name in missing)
        raise UsageError(f"Missing {flags}", next_step="Give a --reference, or a model with its lengths")
    from doctor.performance.models import find_architecture
    from doctor.schema.setup import Model, Setup, Workload

    assert model is not None
    return Setup(
        model=Model(name=model, architecture=find_architecture(model)),
        workload=Workload(input_len=1, output_len=1, num_prompts=PROMPTS),
    )


def _table(calibration: Path | None) -> KernelTable | None:
    if calibration is None:
        return None
    from doctor.performance.kernel_tables import load_table

    return load_table(calibration)


def _case(setup: Setup, gpu: str | None, table: KernelTable | None, told: Mapping[str, Any]) -> Case:
    """On the GPU that was named, else the one of the calibration, else the published one."""
    from doctor.performance.case import prepare
    from doctor.performance.gpus import gpu_of

    device = gpu or (_device_of(table) if table else gpu_of(setup.hardware))
    return prepare(setup, device, calibration=table, **told)


def _device_of(table: KernelTable) -> str | None:
    """The GPU that was calibrated; None for a CPU or a GPU without a data sheet."""
    return None if table.gpu in ("cpu", "unknown") else table.gpu


def _devices(gpu: str | None, others: tuple[str, ...], table: KernelTable | None) -> list[str]:
    """The ids of the GPUs to compare, each once. A name that is none is an error."""
    from doctor.performance.gpus import find_gpu

    named = (gpu, *others) if gpu else others
    ids = list(dict.fromkeys(find_gpu(name)[0] for name in named))
    if table and table.gpu not in ids:
        raise UsageError(
            f"The calibration is of {table.gpu}, which is not compared",
            next_step="Leave --calibration out, or name that GPU",
        )
    return ids


def _row(setup: Setup, gpu: str, table: KernelTable | None, told: Mapping[str, Any]) -> Prediction | Refused:
    from doctor.performance.case import prepare
    from doctor.schema.prediction import Refused

    own = table if table and table.gpu == gpu else None
    try:
        return _predicted(prepare(setup, gpu, calibration=own, **told))
    except UsageError as error:
        return Refused(device=gpu, why=error.what)


def _predicted(case: Case) -> Prediction:
    from doctor.performance.predict import outcome_of, prediction_of

    return prediction_of(outcome_of(case))


def _with_curve(case: Case) -> Prediction:
    from doctor.performance.curve import concurrency_curve, knee

    curve = concurrency_curve(case)
    return _predicted(case).model_copy(update={"curve": curve, "knee_concurrency": knee(curve)})


def _print_one(case: Case, *, as_json: bool) -> Prediction:
    from doctor.performance.describe import describe

    found = _with_curve(case)
    click.echo(found.model_dump_json(indent=1) if as_json else "\n".join(describe(found, case.setup)))
    return found


def _print_table(rows: Sequence[Prediction | Refused], *, as_json: bool) -> None:
    from doctor.performance.describe import compare

    if as_json:
        body = ",\n".join(row.model_dump_json(indent=1) for row in rows)
        click.echo(f"[{body}]")
    else:
        click.echo("\n".join(compare(rows)))


def _print_advice(
    case: Case, max_tpot_ms: float | None, max_ttft_ms: float | None, *, as_json: bool
) -> Prediction:
    from doctor.performance.advice import advice
    from doctor.performance.describe import describe_advice

    found = advice(
        case, _with_curve(case), max_tpot_s=_seconds(max_tpot_ms), max_ttft_s=_seconds(max_ttft_ms)
    )
    click.echo(found.model_dump_json(indent=1) if as_json else "\n".join(describe_advice(found, case.setup)))
    return found.prediction


def _seconds(milliseconds: float | None) -> float | None:
    return None if milliseconds is None else milliseconds / 1e3
