"""The same name, another card: PCIe for SXM, 40 for 80 GB, a cut-down export model."""

from __future__ import annotations

from doctor.causes.by_words import by_words
from doctor.causes.contract import Case, Cause, Judgement, KnownEffect
from doctor.causes.lookup import (
    about,
    fact_of,
    ruled_out,
    signal,
    speaks_against,
    speaks_for,
    unknown,
    weighty,
)
from doctor.schema.evidence import Fact
from doctor.schema.finding import Remedy
from doctor.schema.prediction import Forecast
from doctor.schema.rates import Interval
from doctor.schema.setup import Hardware

_CUT_DOWN = ("a800", "h800", "h20", "a100x", "l20")
"""Models with the same architecture as another and less of something."""
_MODEL = "performance model"


def judge(case: Case) -> Judgement:
    """By the model where both cards have data sheets; else by names and form factors."""
    if case.forecast is not None and case.forecast.hardware is not None:
        return _predicted(case.forecast, case.forecast.hardware)
    name = fact_of(case.evidence.environment, "gpu.name")
    said = signal(case.evidence, "said_other_gpu_form")
    forms = {fact.value for fact in case.evidence.environment if fact.path == "gpu.form_factor"}
    if said is not None and (name is None or weighty(said) or len(forms) > 1):
        return by_words(
            said,
            "The two figures are said to be of different cards.",
            factor=(0.63, 0.4, 0.95),
            decides="the full name, power limit and memory clock of both GPUs",
            plausibility=0.7,
        )
    if name is None or not isinstance(name.value, str):
        return unknown("the GPU's full name and power limit (nvidia-smi)")
    form = fact_of(case.evidence.environment, "gpu.form_factor")
    mine = name.value.lower()
    pcie = "pcie" in mine or (form is not None and form.value == "PCIe")
    theirs = _reference(case)
    if theirs is not None:
        return _compared(name, pcie=pcie, theirs=theirs)
    if pcie and any(word in mine for word in ("h100", "a100", "h800", "a800")):
        words = f"{name.value} PCIe; published figures are mostly of SXM cards"
        return _suspected(words, name, 0.63, 0.8)
    if mine in _CUT_DOWN:
        return _suspected(f"{name.value} is a reduced model", name, 0.7, 0.3)
    return unknown("the GPU of the published figure, with its form factor and memory")


def _predicted(forecast: Forecast, factor: Interval) -> Judgement:
    there, here = forecast.there, forecast.here
    assert there is not None
    assert here is not None
    low, high = factor.low or factor.estimate, factor.high or factor.estimate
    words = (
        f"The published setup should give {here.total_tokens_per_s.estimate:.0f} total tok/s on"
        f" {here.device_name} and {there.total_tokens_per_s.estimate:.0f} on {there.device_name}:"
        f" a factor of {factor.estimate:.2f} ({low:.2f} to {high:.2f}), predicted"
    )
    if low > 1:
        return ruled_out(f"{words}. The card is no reason to be slower.", speaks_against(words, _MODEL))
    return Judgement(
        "confirmed" if high < 1 else "inconclusive",
        f"{words}.",
        (speaks_for(words, _MODEL),),
        strength="configuration",
        factor=factor,
        would_decide="" if high < 1 else "a calibration of this card (qdoctor calibrate)",
        basis="predicted",
    )


def _reference(case: Case) -> Hardware | None:
    if case.reference is not None and case.reference.hardware.accelerator:
        return case.reference.hardware
    facts = [f for f in case.evidence.environment if f.role == "reference"]
    name = next((f for f in facts if f.path == "gpu.name"), None)
    if name is None:
        return None
    form = next((f for f in facts if f.path == "gpu.form_factor"), None)
    return Hardware(accelerator=str(name.value), form_factor=str(form.value) if form else None)


def _compared(name: Fact, *, pcie: bool, theirs: Hardware) -> Judgement:
    accelerator = (theirs.accelerator or "").lower()
    mine = str(name.value).lower()
    words = f"{name.value}, the reference has {theirs.accelerator} {theirs.form_factor or ''}".strip()
    if accelerator.split("-")[0] not in mine.replace(" ", "").replace("-", ""):
        return _suspected(words, name, 0.6, 0.7)
    if pcie and theirs.form_factor != "PCIe":
        return _suspected(f"PCIe: {words}", name, 0.63, 0.8)
    return ruled_out(f"{words}.", speaks_against(words, name.origin))


def _suspected(words: str, name: Fact, factor: float, plausibility: float) -> Judgement:
    return Judgement(
        "inconclusive",
        f"{words}.",
        (speaks_for(words, name.origin),),
        strength="configuration",
        factor=about(factor, 0.4, 0.95),
        would_decide="the full name, power limit and memory clock of both GPUs",
        plausibility=plausibility,
    )


CAUSE = Cause(
    id="gpu-variant-mismatch",
    title="Another variant of the GPU",
    family="measurement",
    needs=("environment", "reference", "forecast", "signals"),
    judge=judge,
    remedy=Remedy(
        action="Compare with a figure of the same card, or with the one predicted for yours.",
        verify_command="qdoctor env",
    ),
    factor="hardware",
    effects=(
        KnownEffect(
            17_500 / 27_688,
            "H100 PCIe against the published H100 SXM, Llama-3.1-8B FP8",
            "https://github.com/NVIDIA/TensorRT-LLM/issues/6294",
        ),
    ),
)
