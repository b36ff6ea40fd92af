"""The machine as it stands: what is read of it, the model that is to run on it, and the checks of both.

All of ``qdoctor env``, and the first stage of ``qdoctor check``.
"""

from __future__ import annotations

from collections.abc import Iterable

from doctor.checks.framework.catalogue import choose_checks
from doctor.checks.framework.side_by_side import run_checks
from doctor.checks.framework.versions import vllm_version
from doctor.errors import QdoctorError
from doctor.performance.models import find_architecture, read_config
from doctor.performance.placing import place
from doctor.probes.machine import Machine
from doctor.probes.weights import read_weights
from doctor.schema.check import CheckResult
from doctor.schema.environment import Environment
from doctor.schema.model_fit import ModelFit, Weights
from doctor.schema.setup import Model, Setup, Workload


def examine(
    names: Iterable[str], environment: Environment, model: ModelFit | None
) -> tuple[CheckResult, ...]:
    """The checks of those names, all where none is named, on what was read."""
    return run_checks(choose_checks(names), environment, model)


def model_of_setup(setup: Setup, environment: Environment, machine: Machine | None = None) -> ModelFit:
    """The model of a reference's or a user's setup on this machine, with its lengths."""
    weights, _ = read_weights(machine or Machine(), setup.model.path or setup.model.name)
    return _placed(setup, weights, environment, "the reference run", _length(setup.workload))


def model_by_name(
    name: str, environment: Environment, setup: Setup | None = None, machine: Machine | None = None
) -> ModelFit:
    """A model by its folder or its name, in the ``setup`` of a reference where one is given."""
    weights, folder = read_weights(machine or Machine(), name)
    origin, model = "", Model(name=name)
    try:
        if folder is not None:
            origin = "config.json beside the weights"
            model = Model(name=name, architecture=read_config(folder / "config.json"))
        else:
            origin = "qdoctor's own table"
            model = Model(name=name, architecture=find_architecture(name))
    except QdoctorError:
        origin = ""
    length = _length(setup.workload) if setup else None
    one = Workload(input_len=1, output_len=1, num_prompts=1)
    setup = setup.model_copy(update={"model": model}) if setup else Setup(model=model, workload=one)
    return _placed(setup, weights, environment, origin, length)


def _placed(
    setup: Setup, weights: Weights, environment: Environment, origin: str, length: int | None
) -> ModelFit:
    return place(
        setup,
        weights,
        environment,
        vllm_version=vllm_version(environment.packages),
        architecture_from=origin,
        tokens_per_sequence=length,
    )


def _length(workload: Workload) -> int:
    return workload.input_len + workload.output_len
