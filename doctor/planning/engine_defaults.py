"""What a version of vLLM sets where nobody says anything, by device and entry point."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Literal

from pydantic import Field, ValidationError

from doctor.errors import MachineError
from doctor.schema.paths import is_setting, refusal
from doctor.schema.record import Record
from doctor.schema.setup import Hardware, Origin, Scalar
from doctor.schema.versions import Version, parse_version
from doctor.schema.violations import violation
from doctor.yaml_files import read_mapping

Entry = Literal["LLM", "server"]
"""The offline class (also vllm bench throughput), or the server."""

_FILE = Path(__file__).with_suffix(".yaml")


class DefaultRule(Record):
    """One default, and for which versions and devices it holds. See the file for the fields."""

    path: str
    value: Scalar
    since: str = Field(alias="from")
    below: str | None = None
    device: Literal["gpu", "cpu"] | None = None
    entry: Entry | None = None
    memory_from_gib: float | None = None
    memory_below_gib: float | None = None
    a100: bool | None = None
    source: str


class DefaultRules(Record):
    """The file of defaults."""

    read_in: tuple[str, ...]
    defaults: tuple[DefaultRule, ...]


def engine_default(
    path: str, version: str | None, hardware: Hardware, entry: Entry
) -> tuple[Scalar, Origin] | None:
    """The default at a dotted path ("engine.max_num_seqs"), with the version as its origin.

    None where it is not known: no version, a device whose memory matters and is not said, or
    a version in which it was not read.
    """
    numbers = parse_version(version)
    if numbers is None:
        return None
    for rule in _rules():
        if rule.path == path and _holds(rule, numbers, hardware, entry):
            note = f"vLLM {'.'.join(map(str, numbers))}{_conditions(rule)}"
            return rule.value, Origin(kind="engine default", note=note)
    return None


def engine_defaults(
    version: str | None, hardware: Hardware, entry: Entry
) -> dict[str, tuple[Scalar, Origin]]:
    """All defaults that are known for this version, device and entry point, by dotted path."""
    paths = dict.fromkeys(rule.path for rule in _rules())
    found = {path: engine_default(path, version, hardware, entry) for path in paths}
    return {path: default for path, default in found.items() if default is not None}


@cache
def _rules() -> tuple[DefaultRule, ...]:
    content = read_mapping(_FILE, MachineError, what="vLLM's defaults")
    try:
        rules = DefaultRules.model_validate(content).defaults
    except ValidationError as error:
        raise _broken(violation(error, DefaultRules)) from None
    for rule in rules:
        if not is_setting(rule.path) or (why := refusal(rule.path, rule.value)):
            raise _broken(f"{rule.path}: {rule.value!r} {why if is_setting(rule.path) else 'is no setting'}")
        if parse_version(rule.since) is None or (rule.below and parse_version(rule.below) is None):
            raise _broken(f"{rule.path}: {rule.since} or {rule.below} is no version")
    return rules


def _broken(why: str) -> MachineError:
    return MachineError(
        f"The table of vLLM's defaults is broken: {why}", where=str(_FILE), next_step="Install qdoctor anew."
    )


def _holds(rule: DefaultRule, version: Version, hardware: Hardware, entry: Entry) -> bool:
    return (
        _in_versions(rule, version)
        and rule.entry in (None, entry)
        and rule.device in (None, _device(hardware))
        and _in_memory(rule, hardware)
        and (rule.a100 is None or rule.a100 == ("a100" in (hardware.accelerator or "").casefold()))
    )


def _in_versions(rule: DefaultRule, version: Version) -> bool:
    since, below = parse_version(rule.since), parse_version(rule.below)
    assert since is not None
    return since <= version and (below is None or version < below)


def _device(hardware: Hardware) -> str | None:
    if hardware.accelerator is None:
        return None
    return "cpu" if hardware.accelerator.strip().casefold().startswith("cpu") else "gpu"


def _in_memory(rule: DefaultRule, hardware: Hardware) -> bool:
    if rule.memory_from_gib is None and rule.memory_below_gib is None:
        return True
    # Both thresholds lie far from any GPU's memory, so GB as sold stand for GiB as reported.
    memory = hardware.memory_gb
    return (
        memory is not None
        and (rule.memory_from_gib is None or memory >= rule.memory_from_gib)
        and (rule.memory_below_gib is None or memory < rule.memory_below_gib)
    )


def _conditions(rule: DefaultRule) -> str:
    words: list[str] = [rule.entry] if rule.entry else []
    if rule.device == "cpu":
        words.append("CPU")
    if rule.a100:
        words.append("A100")
    elif rule.memory_from_gib is not None:
        words.append(f"{rule.memory_from_gib:g} GiB and more")
    elif rule.memory_below_gib is not None:
        words.append(f"below {rule.memory_below_gib:g} GiB")
    return f", {', '.join(words)}" if words else ""
