"""The lengths that a benchmark tool really runs, which are not always those it was asked for.

Read in vllm/benchmarks/throughput.py and serve.py of 0.8.5, 0.11.2, 0.13.0, 0.14.0, 0.17.1,
0.20.2, 0.22.1 and 0.32.0. From 0.14.0 on (pull request 29105) ``vllm bench throughput`` has
--random-input-len and --random-output-len with defaults 1024 and 128, and they win over
--input-len and --output-len: asked for 1000/1000 it runs 1024/128, with no more than a warning.
``vllm bench serve`` puts --input-len and --output-len in their place, as one would expect.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from doctor.evidence.command_flags import Flags, count_of, text_of
from doctor.evidence.command_length_notes import TRAP_SINCE, Choice, length_notes, prefix_flag
from doctor.evidence.command_settings import Setting
from doctor.schema.command import Tool
from doctor.schema.setup import Scalar
from doctor.schema.versions import parse_version

RANDOM_INPUT_LEN, RANDOM_OUTPUT_LEN = 1024, 128
"""The random dataset's defaults, in every version read."""


class Lengths(NamedTuple):
    """What the run delivers, what was asked for where that differs, and notes about both."""

    settings: tuple[Setting, ...] = ()
    asked: Mapping[str, Scalar] = {}
    notes: tuple[str, ...] = ()


def delivered_lengths(tool: Tool, flags: Flags, version: str | None) -> Lengths:
    """The lengths of a run of this tool with these flags, in this version of vLLM."""
    if tool == "vllm serve":
        return Lengths()
    if not is_random(tool, flags):
        return _from_dataset(flags)
    choose = _serve_choice if tool == "vllm bench serve" else _throughput_choice
    chosen = {
        "workload.input_len": choose(tool, flags, version, "input_len", RANDOM_INPUT_LEN),
        "workload.output_len": choose(tool, flags, version, "output_len", RANDOM_OUTPUT_LEN),
    }
    asked = {path: one.overruled for path, one in chosen.items() if one and one.overruled is not None}
    settings = [Setting(path, one.value, one.why) for path, one in chosen.items() if one]
    settings = [_with_prefix(setting, tool, flags, version) for setting in settings]
    return Lengths(tuple(settings), asked, tuple(length_notes(tool, flags, version, chosen)))


def is_random(tool: Tool, flags: Flags) -> bool:
    """Whether prompts are made up rather than taken from a dataset."""
    name = text_of(flags, "dataset_name")
    has_file = text_of(flags, "dataset_path") or text_of(flags, "dataset")
    if tool == "vllm bench serve":
        return name == "random" or (name is None and not has_file)
    # The offline benchmark takes the random dataset whenever it is given no file.
    return name == "random" or (not has_file and name != "prefix_repetition")


def _throughput_choice(
    tool: Tool, flags: Flags, version: str | None, name: str, default: int
) -> Choice | None:
    general, random = count_of(flags, name), count_of(flags, f"random_{name}")
    numbers = parse_version(version)
    if tool == "benchmark_throughput.py" or (numbers is not None and numbers < TRAP_SINCE):
        return None if general is None else Choice(general, flags[name].text)
    if random is not None:
        return Choice(random, flags[f"random_{name}"].text, general if general != random else None)
    if numbers is None:
        return None if general is None else Choice(general, flags[name].text)
    if general is None:
        return Choice(default, f"default of the random dataset in vLLM {version}")
    winner = f"--random-{name.replace('_', '-')}"
    why = f"{flags[name].text} is overruled by the default of {winner} in vLLM {version}"
    return Choice(default, why, general if general != default else None)


def _serve_choice(tool: Tool, flags: Flags, version: str | None, name: str, default: int) -> Choice | None:
    for given in (name, f"random_{name}"):
        length = count_of(flags, given)
        if length is not None:
            return Choice(length, flags[given].text)
    return Choice(default, f"default of {tool}")


def _with_prefix(setting: Setting, tool: Tool, flags: Flags, version: str | None) -> Setting:
    name = prefix_flag(tool, version)
    prefix = count_of(flags, name)
    if not prefix or setting.path != "workload.input_len" or not isinstance(setting.value, int):
        return setting
    return setting._replace(value=setting.value + prefix, flag=f"{setting.flag} plus {flags[name].text}")


def _from_dataset(flags: Flags) -> Lengths:
    names = (text_of(flags, flag) for flag in ("dataset_name", "dataset_path", "dataset"))
    name = next((name for name in names if name), "a file")[:80]
    notes = (f"The lengths come from the dataset ({name}) and vary between requests; state their means.",)
    for given in ("output_len", "sharegpt_output_len", "hf_output_len", "custom_output_len"):
        length = count_of(flags, given)
        if length is not None:
            return Lengths((Setting("workload.output_len", length, flags[given].text),), {}, notes)
    return Lengths((), {}, notes)
