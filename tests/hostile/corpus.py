"""The corpus: every base damaged in every way, and inputs that were made to hurt.

Made by code from real files: what it holds is said in a few lines, and a new format joins by one.
"""

from __future__ import annotations

import base64
import gzip
import io
import json
import os
import pickle
import re
import tempfile
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path

from tests.hostile.bases import bases

MB = 1 << 20
SMALL = 10_000
TRICKED = Path(tempfile.gettempdir()) / "qdoctor-was-tricked"
"""What the malicious ones would make, if they were run."""
STATE = (
    b"INFO 01-01 00:00:00 [x.py:1] Avg prompt throughput: 10.0 tokens/s, Avg generation throughput: 5.0 "
    b"tokens/s, Running: 3 reqs, Waiting: 0 reqs, GPU KV cache usage: 1.0%, Prefix cache hit rate: 0.0%\n"
)
_TOUCH = f"touch {TRICKED}".encode()


def _every_number(text: bytes, value: bytes) -> bytes:
    """Each third number replaced: some stay, so that the file is still taken for what it is."""
    count = iter(range(10**9))
    return re.sub(rb"(?<![\w.\"-])\d+(?:\.\d+)?", lambda m: value if next(count) % 3 == 0 else m[0], text)


def _every_text(text: bytes, value: bytes) -> bytes:
    """Each fifteenth word in quotes replaced."""
    count = iter(range(10**9))
    return re.sub(rb"\"[^\"\\\n]{0,200}\"", lambda m: value if next(count) % 15 == 0 else m[0], text)


DAMAGE: dict[str, Callable[[bytes], bytes]] = {
    "whole": lambda b: b,
    "empty": lambda b: b"",
    "first half": lambda b: b[: len(b) // 2],
    "all but the end": lambda b: b[:-2],
    "without its beginning": lambda b: b[len(b) // 3 :],
    "twice": lambda b: b + b"\n" + b,
    "zero bytes in it": lambda b: b[:50] + b"\0\0" + b[50:],
    "broken utf-8": lambda b: b[: len(b) // 2] + b"\xff\xfe\xc3\x28" + b[len(b) // 2 :],
    "utf-16": lambda b: b.decode("utf-8", "replace").encode("utf-16"),
    "carriage returns": lambda b: b.replace(b"\n", b"\r"),
    "one line": lambda b: b.replace(b"\n", b" "),
    "bytes turned": lambda b: bytes(byte ^ (0x20 if place % 97 == 0 else 0) for place, byte in enumerate(b)),
    "negative numbers": lambda b: _every_number(b, b"-7"),
    "huge numbers": lambda b: _every_number(b, b"9" * 400),
    "infinite numbers": lambda b: _every_number(b, b"1e999"),
    "no numbers": lambda b: _every_number(b, b"NaN"),
    "zeros": lambda b: _every_number(b, b"0"),
    "null for text": lambda b: _every_text(b, b"null"),
    "lists for text": lambda b: _every_text(b, b"[[],{}]"),
    "control characters": lambda b: _every_text(b, b'"\\u001b[31m\\u0000\\u202e<script>alert(1)</script>"'),
    "long texts": lambda b: _every_text(b, b'"' + b"x" * 5000 + b'"'),
    "packed": gzip.compress,
    "torn packing": lambda b: gzip.compress(b)[:-9],
}

HOWS = tuple(DAMAGE)


class _Payload:
    """Unpickling it would run a command."""

    def __reduce__(self) -> tuple[object, tuple[str]]:
        return os.system, (_TOUCH.decode(),)


def _zip(name: str, content: bytes) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(name, content)
    return packed.getvalue()


def _laughs() -> bytes:
    lines = ["a0: &a0 [x, x, x, x, x, x, x, x, x]"]
    lines += [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]" for n in range(1, 20)]
    return "\n".join([*lines, "request_performance: *a19"]).encode()


MADE: dict[str, Callable[[], bytes]] = {
    "a pickle.json": lambda: pickle.dumps(_Payload()),
    "a pickle, packed.json": lambda: gzip.compress(pickle.dumps(_Payload())),
    "python object.yaml": lambda: b"!!python/object/apply:os.system ['" + _TOUCH + b"']\n",
    "python object inside.yaml": lambda: b"workload:\n  input_len: !!python/object/apply:os.getpid []\n",
    "python name.yaml": lambda: b"engine: !!python/name:os.system\nrequest_performance: 1\n",
    "billion laughs.yaml": _laughs,
    "alias of itself.yaml": lambda: b"request_performance: &a [*a]\nworkload: &b {input_len: *b}\n",
    "merge keys.yaml": lambda: b"x: &x {input_len: 1}\nworkload:\n  <<: *x\n",
    "many documents.yaml": lambda: b"---\na: 1\n" * 5000,
    "deep flow.yaml": lambda: b"a: " + b"[" * 30_000,
    "deep blocks.yaml": lambda: b"\n".join(b" " * n + b"a:" for n in range(300)),
    "tabs.yaml": lambda: b"workload:\n\tinput_len: 1\n",
    "long key.yaml": lambda: b"? " + b"k" * 60_000 + b"\n: 1\n",
    "numbers of old.yaml": lambda: (
        b"workload:\n  input_len: 0o7_7\n  output_len: 1:30:00\n  num_prompts: 0x1F\n"
    ),
    "dates.yaml": lambda: b"citation:\n  published: 2024-13-45\n",
    "emoji keys.yaml": "workload:\n  \U0001f600: 1\n  \u202einput_len: 2\n".encode,
    "wide.yaml": lambda: b"a: [" + b"1," * 31_000 + b"1]",
    "deep arrays.json": lambda: b"[" * 50_000,
    "deep objects.json": lambda: b'{"a":' * 15_000 + b"1" + b"}" * 15_000,
    "crowded arrays.json": lambda: (
        b'{"schema_version": 1, "runs": [' + b",".join([b"[]"] * 1_400_000) + b"]}"
    ),
    "crowded objects.json": lambda: (
        b'{"schema_version": 1, "runs": [' + b",".join([b'{"a":1}'] * 450_000) + b"]}"
    ),
    "crowded runs.json": lambda: b'{"schema_version": 1, "runs": [[' + b",".join([b"1"] * 1_400_000) + b"]]}",
    "unknown fields.json": lambda: json.dumps(
        {f"k{n}": n for n in range(90_000)} | {"schema_version": 1}
    ).encode(),
    "same key.json": lambda: b"{" + b'"tokens_per_second": 1,' * 50_000 + b'"elapsed_time": 1}',
    "long number.json": lambda: b'{"tokens_per_second": ' + b"9" * 2 * MB + b', "elapsed_time": 1}',
    "long string.json": lambda: b'{"tokens_per_second": "' + b"a" * 7 * MB + b'"}',
    "wide letters.json": lambda: b'{"quote": "' + "\U0001f600".encode() * (MB * 7 // 4) + b'"}',
    "escapes.json": lambda: b'"' + b"\\ud800" * 200_000 + b'"',
    "proto.json": lambda: b'{"__proto__": {"x": 1}, "constructor": {"prototype": 1}, "__class__": "os"}',
    "null.json": lambda: b"null",
    "number.json": lambda: b"7",
    "newer.json": lambda: b'{"schema_version": 999, "kind": "check"}',
    "wrong version.json": lambda: b'{"schema_version": true, "kind": ["check"]}',
    "lines.jsonl": lambda: b'{"a": [1, {"b": null}]}\n' * 50_000,
    "short lines.log": lambda: b"a\n" * 150_000,
    "short lines, sifted.log": lambda: b"a" * 7 * MB + b"a\n" * MB,
    "empty lines.log": lambda: b"\n" * 9 * MB,
    "carriage returns.log": lambda: b"x\r" * 500_000,
    "one long line.log": lambda: b"Avg prompt throughput: " * 200_000,
    "one long line, more.log": lambda: b"a" * 12 * MB,
    "near misses.log": lambda: (
        b"INFO 01-01 00:00:00 [x.py:1] Avg prompt throughput: x tokens/s, Running: reqs\n" * 4_000
    ),
    "digits.log": lambda: b"GPU KV cache size: " + b"1," * 1_000_000 + b" tokens",
    "spaces.log": lambda: b"tokens/s" + b" " * 1_000_000 + b"1000",
    "fences.md": lambda: b"```\nx\n```\n" * 60_000,
    "open fences.md": lambda: b"````````\n" * 60_000,
    "quotes.md": lambda: b"> " * 1_000_000 + b"100 tokens/s",
    "figures.md": lambda: b"I get 100 tokens/s instead of 200 tokens/s. " * 40_000,
    "table.md": lambda: (b"|" + b" 1000 tokens/s |" * 200 + b"\n") * 400,
    "backslashes.sh": lambda: b"vllm serve m \\\n" + b"--x 1 \\\n" * 20_000,
    "quotes.sh": lambda: b"vllm serve '" + b"a\"'" * 300_000,
    "substitutions.sh": lambda: b"vllm serve $(" + _TOUCH + b") `" + _TOUCH + b"`\n",
    "deep script.py": lambda: b"from vllm import LLM\nx = " + b"(" * 5000 + b")" * 5000,
    "wide script.py": lambda: b"from vllm import LLM\nx = [" + b"1," * 60_000 + b"]\n",
    "powers.py": lambda: b"from vllm import LLM\nLLM('m', max_model_len=10**10**10, max_num_seqs=9**9**9)\n",
    "products.py": lambda: b"from vllm import LLM\nLLM('m').generate(['a' * 10**12] * 10**12)\n",
    "acting script.py": lambda: b"import os\nos.system('" + _TOUCH + b"')\nfrom vllm import LLM\n",
    "zeros.bin": lambda: b"\0" * 4 * MB,
    "random.bin": lambda: os.urandom(300_000),
    "picture.png": lambda: b"\x89PNG\r\n\x1a\n" + os.urandom(5000),
    "program.elf": lambda: b"\x7fELF" + os.urandom(5000),
    "marks.txt": lambda: b"\xef\xbb\xbf\xef\xbb\xbf\xef\xbb\xbf",
    "half a letter.txt": lambda: b"\xff\xfe\xd8",
    "escape sequences.txt": lambda: b"\x1b]0;x\x07\x1b[2J\x1b[31m100 tokens/s\x1b[0m\x08\x08",
    "name.json": lambda: (
        b'{"model": "<img src=x onerror=alert(1)>", "tokens_per_second": 5, "elapsed_time": 1}'
    ),
    "unpacks to much.gz": lambda: gzip.compress(b"\0" * 100 * MB),
    "unpacks to lines.gz": lambda: gzip.compress(b"a\n" * 2_200_000, 1),
    "a long life.log": lambda: STATE * 40_000,
    "packed in packed.gz": lambda: gzip.compress(gzip.compress(gzip.compress(b"\0" * 30 * MB))),
    "flags set.gz": lambda: b"\x1f\x8b\x08\xff" + b"\xff" * 2000,
    "a zip.zip": lambda: _zip("report.json", b"{}"),
    "unpacks to much.zip": lambda: _zip("report.json", b"[" * 100 * MB),
    "climbs out.zip": lambda: _zip("../../report.json", b"{}"),
    "torn.zip": lambda: _zip("report.json", b"{}" * 1000)[:60],
    "packed page.html": lambda: (
        b'<!doctype html><script type="application/gzip" id="qdoctor-report">'
        + base64.b64encode(gzip.compress(b"[" * 40 * MB))
        + b"</script>"
    ),
    "bad base64.html": lambda: b'<html><script type="application/gzip" id="qdoctor-report">####</script>',
    "many scripts.html": lambda: b'<html><script type="x" id="qdoctor-report">' * 50_000,
    "endless script.html": lambda: b'<html><script type="' + b"x" * 3_000_000,
}


def write_corpus(folder: Path) -> None:
    """All inputs as files of a folder: some six hundred."""
    for name, content in _contents():
        (folder / name.replace("/", "-")).write_bytes(content)
    (folder / "a folder.json").mkdir()
    (folder / "link to nowhere.json").symlink_to("nowhere")
    (folder / "link to secrets.json").symlink_to("/etc/passwd")
    (folder / "link to itself.json").symlink_to("link to itself.json")
    (folder / "device.json").symlink_to("/dev/zero")
    (folder / "full device.json").symlink_to("/dev/full")
    (folder / "name with\nan end of line.json").write_bytes(b"{}")
    (folder / "name \x1b[31m red.json").write_bytes(b"{}")
    with (folder / "holes.json").open("wb") as holes:
        holes.truncate(10**12)


def is_for(name: str, own: tuple[str, ...]) -> bool:
    """Whether a reader is given that input: all that were made to hurt, all damage to files of its own
    formats, and of the damage to small files of other formats one in four, each in another way."""
    for number, (base, content) in enumerate(bases().items()):
        how = name.removesuffix(f" {base}")
        if how in HOWS:
            return base in own or (len(content) < SMALL and (number + HOWS.index(how)) % 4 == 0)
    return True


def _contents() -> Iterator[tuple[str, bytes]]:
    for name, content in bases().items():
        for how, damage in DAMAGE.items():
            yield f"{how} {name}", damage(content)
    for name, make in MADE.items():
        yield name, make()
