"""What a script times, and how it turns tokens and seconds into a rate."""

from __future__ import annotations

import ast
from collections.abc import Iterator

_CLOCKS = frozenset(("time", "perf_counter", "monotonic", "process_time", "time_ns", "perf_counter_ns"))
_ENGINES = frozenset(
    ("LLM", "AsyncLLMEngine", "AsyncLLM", "LLMEngine", "from_engine_args", "from_pretrained")
)
_PROMPT_WORDS = (
    "prompt_token_ids",
    "prompt_tokens",
    "total_tokens",
    "input_ids",
    "input_tokens",
    "num_input",
)
_OUTPUT_WORDS = (
    "token_ids",
    "completion_tokens",
    "output_tokens",
    "generated_tokens",
    "max_tokens",
    "new_tokens",
)


def called_name(node: ast.AST) -> str:
    """``generate`` of ``llm.generate(…)``; empty where it is no plain call."""
    if not isinstance(node, ast.Call):
        return ""
    if isinstance(node.func, ast.Attribute):
        return node.func.attr
    return node.func.id if isinstance(node.func, ast.Name) else ""


def is_clock(node: ast.AST) -> bool:
    """Whether the node reads a clock."""
    return called_name(node) in _CLOCKS and isinstance(node, ast.Call) and not node.args


def timer_around(tree: ast.AST, work: frozenset[str]) -> int | None:
    """The line where a timer starts that runs over one of the calls in ``work``."""
    for body in _bodies(tree):
        start: int | None = None
        inside = False
        for statement in body:
            if start is not None and inside and _reads_clock(statement):
                return start
            if isinstance(statement, ast.Assign) and is_clock(statement.value):
                start, inside = statement.lineno, False
            elif start is not None and _has_call(statement, work):
                inside = True
                if _reads_clock(statement):
                    return start
    return None


def timer_encloses_model(tree: ast.AST) -> int | None:
    """The line of a timer that also measures how long the model takes to load."""
    return timer_around(tree, _ENGINES)


def timed_warm_up(tree: ast.AST, work: frozenset[str]) -> int | None:
    """The line of a call in ``work`` that is timed and thrown away before the timed one that is kept."""
    for body in _bodies(tree):
        timing = False
        thrown: int | None = None
        for statement in body:
            if timing and thrown is None and is_thrown_away(statement, work):
                thrown = statement.lineno
            elif isinstance(statement, ast.Assign) and is_clock(statement.value):
                timing, thrown = True, None
            elif thrown is not None and _has_call(statement, work):
                return thrown
    return None


def is_thrown_away(statement: ast.stmt, work: frozenset[str]) -> bool:
    """Whether it calls one of ``work`` and keeps nothing of the answer."""
    return isinstance(statement, ast.Expr) and called_name(statement.value) in work


def _has_call(statement: ast.stmt, work: frozenset[str]) -> bool:
    return any(called_name(node) in work for node in ast.walk(statement))


def _bodies(tree: ast.AST) -> Iterator[list[ast.stmt]]:
    for node in ast.walk(tree):
        for name in ("body", "orelse", "finalbody"):
            body = getattr(node, name, None)
            if isinstance(body, list) and body and isinstance(body[0], ast.stmt):
                yield body


def _reads_clock(statement: ast.stmt) -> bool:
    return any(is_clock(node) for node in ast.walk(statement))


def rate_counts(tree: ast.AST) -> tuple[str, int] | None:
    """What the script divides by its seconds: ``output`` or ``total`` tokens, and the line."""
    sources = _name_sources(tree)
    for node in ast.walk(tree):
        if not isinstance(node, ast.BinOp) or not isinstance(node.op, ast.Div):
            continue
        if not _is_time(node.right, sources):
            continue
        words = _words(node.left, sources, set())
        if any(word in text for text in words for word in _PROMPT_WORDS):
            return "total", node.lineno
        if any(word in text for text in words for word in _OUTPUT_WORDS):
            return "output", node.lineno
    return None


def _name_sources(tree: ast.AST) -> dict[str, list[ast.expr]]:
    sources: dict[str, list[ast.expr]] = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.Assign):
            for target in node.targets:
                if isinstance(target, ast.Name):
                    sources.setdefault(target.id, []).append(node.value)
        elif isinstance(node, ast.AugAssign) and isinstance(node.target, ast.Name):
            sources.setdefault(node.target.id, []).append(node.value)
    return sources


def _is_time(node: ast.expr, sources: dict[str, list[ast.expr]]) -> bool:
    if any(is_clock(inner) for inner in ast.walk(node)):
        return True
    names = [inner.id for inner in ast.walk(node) if isinstance(inner, ast.Name)]
    if any(
        word in name.lower() for name in names for word in ("elapsed", "duration", "seconds", "time_cost")
    ):
        return True
    values = [value for name in names for value in sources.get(name, [])]
    return any(is_clock(inner) for value in values for inner in ast.walk(value))


def _words(node: ast.expr, sources: dict[str, list[ast.expr]], seen: set[str]) -> list[str]:
    """All names that flow into the expression, through at most the script's own assignments."""
    words = []
    for inner in ast.walk(node):
        if isinstance(inner, ast.Attribute):
            words.append(inner.attr)
        elif isinstance(inner, ast.Constant) and isinstance(inner.value, str):
            words.append(inner.value[:60])
        elif isinstance(inner, ast.Name):
            words.append(inner.id)
            if inner.id not in seen and len(seen) < 200:
                seen.add(inner.id)
                for value in sources.get(inner.id, []):
                    words.extend(_words(value, sources, seen))
    return words
