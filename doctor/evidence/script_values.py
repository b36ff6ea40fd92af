"""What a script's expressions are worth, folded from its syntax tree alone. Nothing is run."""

from __future__ import annotations

import ast
from dataclasses import dataclass

from doctor.evidence.numbers import LARGEST

LARGEST_REPEAT = 10_000_000
"""A repetition is counted, never built."""


@dataclass(frozen=True)
class Repeated:
    """A list of ``count`` entries; ``identical``: all the same, ``characters`` each."""

    count: int
    identical: bool
    characters: int | None = None
    digits: bool = False


Value = bool | int | float | str | Repeated | dict[str, object] | None


class Names:
    """The values of simple names, as the script assigns them first."""

    def __init__(self, tree: ast.AST) -> None:
        self._assigned: dict[str, ast.expr] = {}
        self._busy: set[str] = set()
        for node in ast.walk(tree):
            if (
                isinstance(node, ast.Assign)
                and len(node.targets) == 1
                and isinstance(node.targets[0], ast.Name)
            ):
                self._assigned.setdefault(node.targets[0].id, node.value)

    def assigned(self, name: str) -> ast.expr | None:
        """What the name is first assigned."""
        return self._assigned.get(name)

    def value(self, node: ast.expr | None) -> Value:
        """The value of an expression, or None where it is not fixed by the text."""
        if isinstance(node, ast.Constant):
            return _constant(node.value)
        if isinstance(node, ast.Name):
            return self._named(node.id)
        if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub):
            inner = self.value(node.operand)
            return -inner if isinstance(inner, int | float) else None
        if isinstance(node, ast.BinOp):
            return self._operation(node)
        if isinstance(node, ast.List | ast.Tuple):
            return self._list(node.elts)
        if isinstance(node, ast.ListComp):
            return self._comprehension(node)
        if isinstance(node, ast.Dict):
            return self.mapping(node)
        if isinstance(node, ast.Subscript) and isinstance(node.slice, ast.Slice):
            # prompts[i : i + 32] in a loop: all of them go through, a slice at a time.
            whole = self.value(node.value)
            return whole if isinstance(whole, Repeated) else None
        return None

    def slice_size(self, node: ast.expr) -> int | None:
        """32 for ``prompts[i : i + 32]``; None for anything else."""
        if not isinstance(node, ast.Subscript) or not isinstance(node.slice, ast.Slice):
            return None
        low, high = node.slice.lower, node.slice.upper
        if (
            not isinstance(low, ast.Name)
            or not isinstance(high, ast.BinOp)
            or not isinstance(high.op, ast.Add)
        ):
            return None
        sides = (high.left, high.right)
        if not any(isinstance(side, ast.Name) and side.id == low.id for side in sides):
            return None
        sizes = [self.value(side) for side in sides if not (isinstance(side, ast.Name) and side.id == low.id)]
        size = sizes[0] if sizes else None
        return size if isinstance(size, int) and not isinstance(size, bool) and size > 0 else None

    def mapping(self, node: ast.Dict) -> dict[str, object]:
        """A literal mapping with text keys."""
        return {
            key.value: self.value(value)
            for key, value in zip(node.keys, node.values, strict=True)
            if isinstance(key, ast.Constant) and isinstance(key.value, str)
        }

    def _named(self, name: str) -> Value:
        if name in self._busy or name not in self._assigned:
            return None
        self._busy.add(name)
        try:
            return self.value(self._assigned[name])
        finally:
            self._busy.discard(name)

    def _operation(self, node: ast.BinOp) -> Value:
        left, right = self.value(node.left), self.value(node.right)
        if isinstance(node.op, ast.Mult):
            if isinstance(right, str | Repeated):
                left, right = right, left
            if isinstance(right, int) and not isinstance(right, bool) and 0 <= right <= LARGEST_REPEAT:
                if isinstance(left, str):
                    return Repeated(1, True, len(left) * right, left.isdigit())
                if isinstance(left, Repeated):
                    single = isinstance(node.left, ast.List) and len(node.left.elts) == 1
                    count = left.count * right
                    same = left.identical or single
                    return Repeated(count, same, left.characters, left.digits) if count < LARGEST else None
        if isinstance(left, int | float) and isinstance(right, int | float):
            return _arithmetic(node.op, float(left), float(right))
        return None

    def _list(self, elements: list[ast.expr]) -> Repeated:
        if any(isinstance(element, ast.Starred) for element in elements):
            return Repeated(len(elements), False)
        values = [self.value(element) for element in elements[:2000]]
        texts = [value for value in values if isinstance(value, str)]
        same = bool(texts) and len(texts) == len(elements) and len(set(texts)) == 1
        first = values[0] if values else None
        if len(values) == 1 and isinstance(first, Repeated) and first.count == 1:
            return Repeated(1, True, first.characters, first.digits)
        size = len(texts[0]) if same else None
        return Repeated(len(elements), same, size, same and texts[0].isdigit())

    def _comprehension(self, node: ast.ListComp) -> Value:
        """``[prompt for _ in range(100)]``: identical where the entry does not use the loop's name."""
        loop = node.generators[0]
        count = None
        if (
            isinstance(loop.iter, ast.Call)
            and isinstance(loop.iter.func, ast.Name)
            and loop.iter.func.id == "range"
        ):
            count = self.value(loop.iter.args[-1]) if loop.iter.args else None
        if not isinstance(count, int) or isinstance(count, bool) or len(node.generators) != 1:
            return None
        entry = self.value(node.elt)
        if isinstance(entry, str):
            return Repeated(count, True, len(entry), entry.isdigit())
        if isinstance(entry, Repeated) and entry.count == 1:
            return Repeated(count, True, entry.characters, entry.digits)
        return Repeated(count, False)


def _constant(value: object) -> Value:
    """What is written; a number that is none of this field is none."""
    if isinstance(value, str | bool):
        return value
    return value if isinstance(value, int | float) and abs(value) < LARGEST else None


def _arithmetic(operator: ast.operator, left: float, right: float) -> Value:
    try:
        if isinstance(operator, ast.Add):
            value = left + right
        elif isinstance(operator, ast.Sub):
            value = left - right
        elif isinstance(operator, ast.Mult):
            value = left * right
        elif isinstance(operator, ast.Div | ast.FloorDiv) and right:
            value = left / right if isinstance(operator, ast.Div) else left // right
        else:
            return None
        return _constant(int(value) if value == int(value) else value)
    except (OverflowError, ValueError):
        return None
