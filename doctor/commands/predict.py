"""``qdoctor predict``: what should this hardware reach?"""

from __future__ import annotations

import importlib
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

import click

from doctor.commands._numbers import FiniteRange
from doctor.errors import UsageError
from doctor.schema.prediction import Prediction
from doctor.schema.setup import EngineSettings, Model, Scalar, Setup, Software, Workload

if TYPE_CHECKING:
    from doctor.performance.kernel_tables import KernelTable

_Command = TypeVar("_Command", bound=Callable[..., object])

_ENGINE_OPTIONS = (
    ("--gpu-memory-utilization", float),
    ("--max-num-seqs", int),
    ("--max-num-batched-tokens", int),
    ("--max-model-len", int),
    ("--block-size", int),
    ("--num-gpu-blocks-override", int),
    ("--kv-cache-memory-bytes", int),
    ("--dtype", str),
    ("--kv-cache-dtype", str),
    ("--quantization", str),
    ("--enforce-eager", bool),
    ("--enable-prefix-caching", bool),
    ("--async-scheduling", bool),
)


def _engine_options(command: _Command) -> _Command:
    """Engine flags under vLLM's names; booleans as --flag/--no-flag."""
    for flag, kind in reversed(_ENGINE_OPTIONS):
        if kind is bool:
            name = flag.removeprefix("--")
            option = click.option(f"--{name}/--no-{name}", default=None, help="As in vLLM.")
        else:
            option = click.option(flag, type=kind, default=None, help="As in vLLM.")
        command = option(command)
    return command


@click.command()
@click.option("--reference", "reference_id", help="Predict this reference run's setup.")
@click.option("--model", help="A model by name, or the path of its config.json.")
@click.option("--input-len", type=click.IntRange(1), help="Prompt tokens per request.")
@click.option("--output-len", type=click.IntRange(1), help="Output tokens per request.")
@click.option("--num-prompts", type=click.IntRange(1), help="Requests.")
@click.option("--max-concurrency", type=click.IntRange(1), help="Requests in flight at most.")
@click.option(
    "--request-rate",
    type=FiniteRange(min=0, min_open=True),
    help="Arrivals per second; all at once without it.",
)
@click.option("--gpu", help="The GPU, by id, alias or driver name; the reference's own without it.")
@click.option("--compare", "others", multiple=True, metavar="GPU", help="A table over several GPUs.")
@click.option(
    "--calibration",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="A file that `qdoctor calibrate` wrote.",
)
@click.option("--kv-cache-tokens", type=click.IntRange(1), help="KV cache size as the engine's log tells it.")
@click.option("--vllm-version", help="The vLLM version whose defaults apply.")
@click.option("--curve", "with_curve", is_flag=True, help="Rates over concurrency, with the knee.")
@click.option("--advise", "with_advice", is_flag=True, help="Capacity planning in five steps.")
@click.option(
    "--max-tpot-ms",
    type=FiniteRange(min=0, min_open=True),
    help="With --advise: mean time per output token at most.",
)
@click.option(
    "--max-ttft-ms",
    type=FiniteRange(min=0, min_open=True),
    help="With --advise: mean time to first token at most.",
)
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@_engine_options
def predict(
    gpu: str | None,
    others: tuple[str, ...],
    calibration: Path | None,
    kv_cache_tokens: int | None,
    with_curve: bool,
    with_advice: bool,
    max_tpot_ms: float | None,
    max_ttft_ms: float | None,
    as_json: bool,
    **options: Scalar,
) -> None:
    """Predict requests/s, output and total tokens/s of a setup on a GPU, with an interval."""
    from doctor.performance.curve import operating_point
    from doctor.performance.describe import advise, compare, describe
    from doctor.performance.gpus import gpu_of
    from doctor.performance.kernel_tables import load_table

    setup = _setup(options)
    table = load_table(calibration) if calibration else None
    device = gpu or gpu_of(setup.hardware)
    if device is None and table is not None:
        device = None if table.gpu in ("cpu", "unknown") else table.gpu
    devices = (*((device,) if device or not others else ()), *others)
    predictions = [
        _predict(setup, name, table if name == device else None, kv_cache_tokens, with_curve or with_advice)
        for name in devices
    ]
    if as_json:
        body = ",\n".join(p.model_dump_json(indent=1) for p in predictions)
        click.echo(body if len(predictions) == 1 else f"[{body}]")
    elif others:
        click.echo("\n".join(compare(predictions)))
    elif with_advice:
        point = operating_point(
            predictions[0].curve, max_tpot_s=_seconds(max_tpot_ms), max_ttft_s=_seconds(max_ttft_ms)
        )
        click.echo("\n".join(advise(predictions[0], setup, point)))
    else:
        click.echo("\n".join(describe(predictions[0])))


def _predict(
    setup: Setup, gpu: str | None, table: KernelTable | None, kv_cache_tokens: int | None, with_curve: bool
) -> Prediction:
    from doctor.performance.case import prepare
    from doctor.performance.curve import concurrency_curve, knee
    from doctor.performance.predict import predict as predict_setup

    found = predict_setup(setup, gpu, calibration=table, kv_cache_tokens=kv_cache_tokens)
    if not with_curve:
        return found
    case = prepare(setup, gpu, calibration=table, kv_cache_tokens=kv_cache_tokens)
    curve = concurrency_curve(case)
    return found.model_copy(update={"curve": curve, "knee_concurrency": knee(curve)})


def _setup(options: Mapping[str, Scalar]) -> Setup:
    """The setup: a reference run's, or a model with its lengths; flags win over both."""
    engine = {
        flag.removeprefix("--").replace("-", "_"): options[flag.removeprefix("--").replace("-", "_")]
        for flag, _ in _ENGINE_OPTIONS
    }
    workload = {
        "input_len": options["input_len"],
        "output_len": options["output_len"],
        "num_prompts": options["num_prompts"],
        "max_concurrency": options["max_concurrency"],
        "request_rate_per_s": options["request_rate"],
    }
    given_engine = {k: v for k, v in engine.items() if v is not None}
    given_workload = {k: v for k, v in workload.items() if v is not None}
    if options["reference_id"]:
        return _reference_setup(options, given_engine, given_workload)
    missing = [name for name in ("model", "input_len", "output_len") if options[name] is None]
    if missing:
        flags = ", ".join("--" + name.replace("_", "-") for name in missing)
        raise UsageError(f"Missing {flags}", next_step="Give a --reference, or a model with its lengths")
    from doctor.performance.models import find_architecture

    return Setup(
        model=Model(name=str(options["model"]), architecture=find_architecture(str(options["model"]))),
        software=Software(version=_text(options["vllm_version"])),
        workload=Workload.model_validate({"num_prompts": 1000, **given_workload}),
        engine=EngineSettings.model_validate(given_engine),
    )


def _reference_setup(
    options: Mapping[str, Scalar], engine: Mapping[str, Scalar], workload: Mapping[str, Scalar]
) -> Setup:
    references = importlib.import_module("doctor.references")
    setup: Setup = references.reference_setup(references.load_reference(str(options["reference_id"])))
    version = _text(options["vllm_version"]) or setup.software.version
    return setup.model_copy(
        update={
            "workload": setup.workload.model_copy(update=workload),
            "engine": setup.engine.model_copy(update=engine),
            "software": setup.software.model_copy(update={"version": version}),
        }
    )


def _text(value: Scalar) -> str | None:
    return None if value is None else str(value)


def _seconds(milliseconds: float | None) -> float | None:
    return None if milliseconds is None else milliseconds / 1e3
