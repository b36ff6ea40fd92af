"""The configuration that an engine logs: `k=v` lists, Namespace(...), non-default arguments."""

from __future__ import annotations

import re
from collections.abc import Iterator

from doctor.evidence.arguments import argument_facts
from doctor.evidence.setting_names import engine_setting_path, scalar, setting_path
from doctor.schema.evidence import Fact, Origin, Weight

LONGEST = 20_000
"""Characters of a configuration line that are looked at."""

_CONFIG = re.compile(
    r"Initializing an? (?:(?P<gen>V[01]) )?LLM engine(?: \(v(?P<version>[^)\s]{1,80})\))? with config: "
)
_BENCHMARK = re.compile(r"\W{0,4}Namespace\((?=.{0,19000}?\b(?:num_prompts|num_iters)=)")
_NAMESPACE = re.compile(r"args: Namespace\(")
_NON_DEFAULT = re.compile(r"non-default args: \{")
_MODE = re.compile(r"'mode': <CompilationMode\.(\w+)")
_GRAPHS = re.compile(r"'cudagraph_mode': <CUDAGraphMode\.(\w+)")
CAPTURE_SIZES = re.compile(r"cudagraph_capture_sizes['\"]?\s*[:=]\s*\[\s*(\d[\d,\s]{0,4000})\]")
_KEY = re.compile(r"\s*['\"]?([A-Za-z_]\w{0,60})['\"]?\s*[=:]\s*(.*)", re.DOTALL)
_NO_COMMA = re.compile(r"(?<=\w) (?=multi_step_stream_outputs=)")
"""Where 0.6.3 forgot a comma."""

_CLOSING = {")": "(", "]": "[", "}": "{"}


def read_config(text: str, origin: Origin) -> tuple[list[Fact], list[Fact]] | None:
    """Settings and engine facts of a configuration line, or None where ``text`` is none."""
    text = text[:LONGEST]
    if match := _CONFIG.search(text):
        facts = [Fact(path="engine_generation", value=match["gen"] or "V0", origin=origin, weight="log")]
        if match["version"]:
            facts.append(Fact(path="version", value=match["version"], origin=origin, weight="log"))
        all_settings = _settings(text[match.end() :], origin)
        settings = [fact for fact in all_settings if setting_path(fact.path.rsplit(".", 1)[-1])]
        return [*settings, *_graphs(text, origin)], facts
    match = _NAMESPACE.search(text) or _NON_DEFAULT.search(text)
    if match is None:
        return None
    return list(_settings(_inside(text[match.end() :]), origin)), []


def _graphs(text: str, origin: Origin) -> Iterator[Fact]:
    """The compilation mode and the graph mode, which stand inside a nested configuration."""
    for name, pattern in (("compilation_mode", _MODE), ("cudagraph_mode", _GRAPHS)):
        if match := pattern.search(text):
            yield Fact(path=f"engine.extra.{name}", value=match[1], origin=origin, weight="log")
    yield from capture_facts(text, origin, "log")


def capture_facts(text: str, origin: Origin, weight: Weight) -> Iterator[Fact]:
    """The largest batch for which a CUDA graph is captured, where a list of sizes is printed or given."""
    if match := CAPTURE_SIZES.search(text):
        largest = max(int(size) for size in re.findall(r"\d{1,6}", match[1]))
        path = "engine.extra.max_cudagraph_capture_size"
        yield Fact(path=path, value=largest, origin=origin, weight=weight)


def _settings(text: str, origin: Origin) -> Iterator[Fact]:
    for piece in split_outside_brackets(_inside(text)):
        match = _KEY.match(_NO_COMMA.split(piece, maxsplit=1)[0])
        if match is None:
            continue
        name, value = match[1], match[2].strip()
        if value.startswith("torch."):
            value = value.removeprefix("torch.")
        yield Fact(path=engine_setting_path(name), value=scalar(value), origin=origin, weight="log")


def read_benchmark_arguments(text: str, origin: Origin) -> tuple[Fact, ...]:
    """The settings of the ``Namespace(…)`` line that a benchmark of vLLM's begins with; else nothing."""
    match = _BENCHMARK.match(text[:LONGEST])
    if match is None:
        return ()
    found: dict[object, object] = {}
    for piece in split_outside_brackets(_inside(text[match.end() : LONGEST])):
        key = _KEY.match(piece)
        if key is not None:
            found[key[1]] = scalar(key[2])
    return argument_facts(found, origin)


def split_outside_brackets(text: str) -> list[str]:
    """``text`` at the commas that stand outside brackets and quotes."""
    pieces, start, open_brackets, quote = [], 0, [], ""
    for index, char in enumerate(text):
        if quote:
            quote = "" if char == quote and text[index - 1] != "\\" else quote
        elif char in "'\"":
            quote = char
        elif char in "([{":
            open_brackets.append(char)
        elif char in ")]}" and open_brackets and open_brackets[-1] == _CLOSING[char]:
            open_brackets.pop()
        elif char == "," and not open_brackets:
            pieces.append(text[start:index])
            start = index + 1
    pieces.append(text[start:])
    return pieces


def _inside(text: str) -> str:
    """``text`` up to the bracket that closes what was opened before it."""
    depth, quote = 1, ""
    for index, char in enumerate(text):
        if quote:
            quote = "" if char == quote and text[index - 1] != "\\" else quote
        elif char in "'\"":
            quote = char
        elif char in "([{":
            depth += 1
        elif char in ")]}":
            depth -= 1
            if depth == 0:
                return text[:index]
    return text
