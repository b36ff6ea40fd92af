"""Whether this release of vLLM is old, or known to be slower than its neighbours."""

from __future__ import annotations

from doctor.checks.framework.contract import Check, Judgement, ok, reading, skipped, unknown, warning
from doctor.checks.framework.tables import table
from doctor.checks.framework.versions import release, vllm_version
from doctor.schema.check import ThroughputCost
from doctor.schema.environment import Environment


def _judge(environment: Environment) -> Judgement:
    version = vllm_version(environment.packages)
    if version is None:
        return skipped("vLLM is not installed in the engine's Python")
    mine = release(version)
    if mine is None:
        return unknown(f"{version!r} is not a release")
    seen = reading("vLLM", version, "importlib.metadata of the engine's interpreter")
    old = table("engine_versions")["old"]
    if mine < (release(old["before"]) or ()):
        return warning(
            f"{version} is older than {old['before']}",
            seen,
            cost=ThroughputCost(text=old["what"], source=old["source"]),
            action="Install a newer vLLM, or compare with figures of that age.",
            command="pip install --upgrade vllm",
        )
    for slow in table("engine_versions")["slow_releases"]:
        if (release(slow["first"]) or ()) <= mine[:3] <= (release(slow["last"]) or ()):
            return warning(
                f"{version} was measured slower than its neighbours",
                seen,
                cost=ThroughputCost(text=slow["what"], source=slow["source"]),
                action="Measure the release before or after it beside this one.",
                command="pip install 'vllm!=" + version.partition("+")[0] + "'",
            )
    return ok(f"{version}: no report of a slower release in qdoctor's table", seen)


CHECK = Check("vllm-release", "vLLM release", "Packages and engine", _judge)
