"""A Python script, by its syntax tree only. It is never run or imported."""

from __future__ import annotations

import ast
import re
import textwrap
import warnings
from collections.abc import Iterator

from doctor.evidence.contract import Document, Reader
from doctor.evidence.script_timing import (
    called_name,
    is_thrown_away,
    rate_counts,
    timed_warm_up,
    timer_around,
    timer_encloses_model,
)
from doctor.evidence.script_values import Names, Repeated
from doctor.evidence.setting_names import engine_setting_path, setting_path
from doctor.schema.evidence import Evidence, Fact, Unread
from doctor.schema.setup import Scalar

_NAME = "Python script"
_LARGEST = 200_000
"""Characters; a syntax tree takes up to a kilobyte for each, and no benchmark is as long."""
_MARKS = re.compile(
    r"\b(?:LLM|SamplingParams|(?:Async)?EngineArgs|(?:Async)?OpenAI|from_pretrained)\s*\("
    r"|\bimport vllm\b|\bfrom vllm"
    r"|\.generate\(|requests\.post\(|chat\.completions\.create"
)
_ENGINES = frozenset(("LLM", "EngineArgs", "AsyncEngineArgs"))
_REQUESTS = frozenset(("SamplingParams", "create", "post"))
_SENDERS = frozenset(("generate", "chat", "create", "post"))
_PARALLEL = frozenset(
    ("gather", "as_completed", "TaskGroup", "create_task", "ThreadPoolExecutor", "ProcessPoolExecutor")
)


def parse(text: str) -> ast.Module | None:
    """The syntax tree, or None where ``text`` is no Python of this interpreter's version."""
    if len(text) > _LARGEST:
        return None
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return ast.parse(textwrap.dedent(text))
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None


def _sniff(document: Document) -> bool:
    if document.data is not None or _MARKS.search(document.text) is None:
        return False
    return parse(document.text) is not None


def _read(document: Document) -> Evidence:
    tree = parse(document.text)
    if tree is None:
        unread = Unread(origin=document.at_line(1, _NAME), why="it looks like Python and does not parse")
        return Evidence(unread=(unread,))
    try:
        names = Names(tree)
        settings = tuple(_settings(document, tree, names))
        script = tuple(_behaviour(document, tree, names))
        prompts = tuple(_prompts(document, tree, names))
    except RecursionError:
        unread = Unread(origin=document.at_line(1, _NAME), why="its expressions are nested too deeply")
        return Evidence(unread=(unread,))
    return Evidence(
        read=(f"{document.name}: {_NAME}",),
        settings=(*settings, *(fact for fact in prompts if "." in fact.path)),
        script=(*script, *(fact for fact in prompts if "." not in fact.path)),
    )


def _calls(tree: ast.AST) -> Iterator[tuple[str, ast.Call]]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and (name := called_name(node)):
            yield name, node


def _settings(document: Document, tree: ast.Module, names: Names) -> Iterator[Fact]:
    for called, call in _calls(tree):
        if called not in _ENGINES and called not in _REQUESTS:
            continue
        origin = document.at_line(call.lineno, _NAME)
        if called in _ENGINES and call.args and isinstance(model := names.value(call.args[0]), str):
            yield Fact(path="model.name", value=model[:200], origin=origin)
        for name, value in _keywords(call, names):
            path = engine_setting_path(name) if called in _ENGINES else setting_path(name)
            if path is not None and not (called in _REQUESTS and path.startswith("engine.")):
                yield Fact(path=path, value=value, origin=origin)


def _keywords(call: ast.Call, names: Names) -> Iterator[tuple[str, Scalar]]:
    """Keyword arguments with fixed values, through ``**mapping`` too. Lists count as given."""
    for keyword in call.keywords:
        value = names.value(keyword.value)
        if keyword.arg is None or keyword.arg in ("json", "extra_body", "data"):
            if isinstance(value, dict):
                yield from (
                    (name, item) for name, item in value.items() if isinstance(item, bool | int | float | str)
                )
        elif isinstance(value, bool | int | float | str):
            yield keyword.arg, value[:500] if isinstance(value, str) else value
        elif isinstance(value, Repeated | dict) or (value is None and not _is_none(keyword.value)):
            yield keyword.arg, ast.unparse(keyword.value)[:200]


def _is_none(node: ast.expr) -> bool:
    return isinstance(node, ast.Constant) and node.value is None


def _behaviour(document: Document, tree: ast.Module, names: Names) -> Iterator[Fact]:
    called = {name for name, _ in _calls(tree)}
    vllm = bool({"LLM", "AsyncEngineArgs", "EngineArgs"} & called)
    if "from_pretrained" in called and "generate" in called and not vllm:
        yield Fact(path="hf_generate", value=True, origin=document.at_line(1, _NAME))
    engines = [call for name, call in _calls(tree) if name in _ENGINES]
    if engines:
        yield Fact(path="hf_generate", value=False, origin=document.at_line(engines[0].lineno, _NAME))
    if len(engines) == 1 and all(keyword.arg for keyword in engines[0].keywords):
        yield Fact(path="engine_call_in_full", value=True, origin=document.at_line(engines[0].lineno, _NAME))
    loop = _sequential_loop(tree, names)
    if loop is not None:
        yield Fact(path="sequential_loop", value=True, origin=document.at_line(loop, _NAME))
    around_model, around_requests = timer_encloses_model(tree), timer_around(tree, _SENDERS)
    if around_requests is not None:
        origin = document.at_line(around_model or around_requests, _NAME)
        yield Fact(path="timer_encloses_model", value=around_model is not None, origin=origin)
    warm_up = timed_warm_up(tree, _SENDERS)
    if warm_up is not None:
        yield Fact(path="timed_warm_up", value=True, origin=document.at_line(warm_up, _NAME))
    counts = rate_counts(tree)
    if counts is not None:
        yield Fact(path="rate_counts", value=counts[0], origin=document.at_line(counts[1], _NAME))
    sends = [call for name, call in _calls(tree) if name in ("generate", "chat")]
    if vllm and len(sends) == 1 and loop is None:
        yield Fact(path="no_warmup", value=True, origin=document.at_line(sends[0].lineno, _NAME))


def _sequential_loop(tree: ast.Module, names: Names) -> int | None:
    """The line of a loop that sends one request, waits, and sends the next."""
    if any(name in _PARALLEL for name, _ in _calls(tree)):
        return None
    for loop in ast.walk(tree):
        if not isinstance(loop, ast.For | ast.While | ast.AsyncFor | ast.ListComp):
            continue
        parts = loop.body if not isinstance(loop, ast.ListComp) else [loop.elt]
        variable = loop.target.id if isinstance(loop, ast.For) and isinstance(loop.target, ast.Name) else ""
        for part in parts:
            for name, call in _calls(part):
                if name in _SENDERS and _takes_one(name, call, variable, names):
                    return loop.lineno
    return None


def _takes_one(name: str, call: ast.Call, variable: str, names: Names) -> bool:
    """A request per turn: the loop's own variable is sent, or the call can only take one."""
    if name in ("create", "post"):
        return True
    if any((names.slice_size(argument) or 1) > 1 for argument in call.args):
        return False
    used = {node.id for argument in call.args for node in ast.walk(argument) if isinstance(node, ast.Name)}
    return bool(variable) and variable in used and not variable.lower().startswith(("batch", "chunk"))


def _prompts(document: Document, tree: ast.Module, names: Names) -> Iterator[Fact]:
    for call in _kept_calls(tree):
        prompts = (
            call.args[0] if call.args else next((k.value for k in call.keywords if k.arg == "prompts"), None)
        )
        value = names.value(prompts)
        if not isinstance(value, Repeated) or prompts is None:
            continue
        origin = document.at_line(prompts.lineno, _NAME)
        yield Fact(path="workload.num_prompts", value=value.count, origin=origin)
        at_once = names.slice_size(prompts)
        if at_once is not None and at_once < value.count:
            yield Fact(path="workload.max_concurrency", value=at_once, origin=origin)
        if value.identical and value.count > 1:
            yield Fact(path="workload.prompts", value="identical", origin=origin)
        if value.characters is not None:
            yield Fact(path="prompt_characters", value=value.characters, origin=origin)
            if value.digits:
                yield Fact(path="prompt_is_digits", value=True, origin=origin)
        return
    yield from _lone_lists(document, tree, names)


def _kept_calls(tree: ast.Module) -> list[ast.Call]:
    """What generates; first the calls whose answers are kept: the others warm up."""
    generating = frozenset(("generate", "chat"))
    thrown = {
        id(node.value)
        for node in ast.walk(tree)
        if isinstance(node, ast.Expr) and is_thrown_away(node, generating)
    }
    calls = [call for called, call in _calls(tree) if called in generating]
    return sorted(calls, key=lambda call: id(call) in thrown)


def _lone_lists(document: Document, tree: ast.Module, names: Names) -> Iterator[Fact]:
    """A snippet may build the prompts and leave out the call."""
    for node in ast.walk(tree):
        if not isinstance(node, ast.Assign) or not isinstance(node.value, ast.BinOp | ast.ListComp):
            continue
        value = names.value(node.value)
        if isinstance(value, Repeated) and value.identical and value.count > 1:
            origin = document.at_line(node.lineno, _NAME)
            yield Fact(path="workload.num_prompts", value=value.count, origin=origin)
            yield Fact(path="workload.prompts", value="identical", origin=origin)
            if value.characters is not None:
                yield Fact(path="prompt_characters", value=value.characters, origin=origin)
            if value.digits:
                yield Fact(path="prompt_is_digits", value=True, origin=origin)
            return


READER = Reader(name=_NAME, sniff=_sniff, read=_read, whole=True)
