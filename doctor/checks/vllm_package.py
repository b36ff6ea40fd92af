"""Which vLLM the engine's interpreter would run, and from which distribution."""

from __future__ import annotations

from doctor.checks.framework.contract import (
    NO_FIGURE,
    Check,
    Judgement,
    ok,
    problem,
    reading,
    unknown,
    warning,
)
from doctor.checks.framework.versions import vllm_distribution
from doctor.schema.check import ThroughputCost
from doctor.schema.environment import Environment

_NAME_COST = ThroughputCost(
    text="none as such; what asks the package metadata for 'vllm' fails, vLLM's own command line among them",
    source="vllm 0.32.0, entrypoints/cli/main.py",
)


def _judge(environment: Environment) -> Judgement:
    builds = {name: version for name, version in environment.packages.items() if vllm_distribution(name)}
    where = f"importlib.metadata of {environment.engine_python or 'the engine interpreter'}"
    seen = tuple(reading(name, version, where) for name, version in builds.items())
    if environment.vllm_importable is None:
        return unknown("the engine's interpreter did not tell its packages", *seen)
    if not builds or not environment.vllm_importable:
        return problem(
            "vLLM is not installed in the engine's Python",
            reading("python", environment.python_version, environment.engine_python or "this interpreter"),
            cost=ThroughputCost(text="nothing can be measured without it; evidence can still be diagnosed"),
            action="Name the Python that has it with --engine-python, or install it.",
            command="pip install 'qdoctor[vllm]'",
        )
    if len(builds) > 1:
        return problem(
            f"several builds of vLLM in one place: {', '.join(f'{name} {v}' for name, v in builds.items())}",
            *seen,
            cost=NO_FIGURE,
            action="They write into the same folder: remove all but one, then install that one anew.",
            command=f"pip uninstall {' '.join(builds)}",
        )
    ((name, version),) = builds.items()
    if name != "vllm":
        return warning(
            f"vLLM {version}, but its distribution is named {name!r}",
            *seen,
            cost=_NAME_COST,
            action="Use the Python interface, as qdoctor does; commands such as 'vllm bench' may fail.",
            command='python -c "import vllm; print(vllm.__version__)"',
        )
    return ok(f"vLLM {version}", *seen)


CHECK = Check("vllm-package", "vLLM installation", "Packages and engine", _judge)
