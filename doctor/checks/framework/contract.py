"""What a check declares, and the judgements it can come to."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from doctor.schema.check import CheckFamily, CheckReading, CheckRemedy, CheckState, ThroughputCost
from doctor.schema.environment import Environment
from doctor.schema.model_fit import ModelFit

NO_FIGURE = ThroughputCost(text="no figure known")


@dataclass(frozen=True)
class Judgement:
    """What a check concluded from the environment."""

    state: CheckState
    summary: str
    readings: tuple[CheckReading, ...] = ()
    cost: ThroughputCost | None = None
    remedy: CheckRemedy | None = None


@dataclass(frozen=True)
class Check:
    """A check: ``name`` as in the file's name with dashes, ``judge`` without side effects."""

    name: str
    title: str
    family: CheckFamily
    judge: Callable[[Environment], Judgement]

    def judgement(self, environment: Environment, model: ModelFit | None) -> Judgement:
        """What it says of this machine."""
        return self.judge(environment)


@dataclass(frozen=True)
class ModelCheck:
    """A check of the model that is to run; skipped where none was named."""

    name: str
    title: str
    judge: Callable[[ModelFit], Judgement]
    family: CheckFamily = "Model"

    def judgement(self, environment: Environment, model: ModelFit | None) -> Judgement:
        """What it says of the model on this machine."""
        return self.judge(model) if model is not None else skipped("no model named: --reference or --model")


AnyCheck = Check | ModelCheck


def reading(what: str, value: object, where: str) -> CheckReading:
    """One thing that was read, and where."""
    return CheckReading(what=what, value=str(value), where=where)


def ok(summary: str, *readings: CheckReading) -> Judgement:
    """Nothing here costs throughput."""
    return Judgement("ok", summary, readings)


def unknown(summary: str, *readings: CheckReading) -> Judgement:
    """It could not be read."""
    return Judgement("unknown", summary, readings)


def skipped(summary: str) -> Judgement:
    """It does not apply to this machine."""
    return Judgement("skipped", summary)


def warning(
    summary: str, *readings: CheckReading, cost: ThroughputCost, action: str, command: str = ""
) -> Judgement:
    """It can cost throughput."""
    return Judgement("warning", summary, readings, cost, CheckRemedy(action=action, command=command))


def problem(
    summary: str, *readings: CheckReading, cost: ThroughputCost, action: str, command: str = ""
) -> Judgement:
    """It does cost throughput, or keeps the engine from running."""
    return Judgement("problem", summary, readings, cost, CheckRemedy(action=action, command=command))
