"""Whatever comes in, evidence or a note comes out."""

from __future__ import annotations

import random
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from doctor.errors import InputError
from doctor.evidence.reading import read_file
from tests.evidence.reading_text import read

PIECES = (
    "Throughput: ",
    "1.5",
    " requests/s, ",
    "Engine 000: Avg prompt throughput: ",
    "GPU KV cache size: ,,, tokens",
    "--max-num-seqs ",
    "```",
    "{",
    '"tokens_per_second": ',
    "NaN",
    "Infinity",
    "1e999",
    "9" * 400,
    "\x00",
    "\x1b[31m",
    "\n",
    "import vllm\n",
    "Successful requests: ",
    "args: Namespace(a=",
    "vllm:x{",
    "H100 ",
    "0.6.2 vs 0.6.0",
)


@settings(max_examples=150)
@given(st.lists(st.sampled_from(PIECES), max_size=30))
def test_pieces_of_formats_in_any_order(pieces: list[str]) -> None:
    read("".join(pieces))


@pytest.mark.parametrize(
    "text",
    [
        "[" * 100_000,
        '{"a":' * 50_000,
        '{"tokens_per_second": NaN, "elapsed_time": Infinity}',
        '{"tokens_per_second": "x", "elapsed_time": null, "num_requests": -1}',
        '{"output_throughput": {}, "duration": []}',
        '{"benchmarks": [1, {"metrics": {"requests_per_second": {}}}]}',
        '{"tokens_per_second": 1' + "0" * 5000 + ', "elapsed_time": 1}',
        "import vllm\nx = " + "(" * 3000,
        "from vllm import LLM\nLLM('m', tensor_parallel_size=" + "9" * 5000 + ")",
        "from vllm import LLM\nLLM('m').generate(['a'] * 10**9)",
        "GPU KV cache size: 99999999999999999999999999 tokens",
        "Avg prompt throughput: 1.2.3 tokens/s, Avg generation throughput: 9 tokens/s, "
        "Running: 99999999999999 reqs, "
        "Waiting: 0 reqs, GPU KV cache usage: 1%",
        "INFO 99-99 99:99:99 [loggers.py:1] Avg prompt throughput: 1 tokens/s, Avg generation throughput: 1 "
        "tokens/s, "
        "Running: 1 reqs, Waiting: 0 reqs, GPU KV cache usage: 1%",
    ],
)
def test_damaged_documents(text: str) -> None:
    read(text)


def test_what_is_nothing_is_noted(tmp_path: Path) -> None:
    for name, content, why in (
        ("empty", b"  \n", "empty"),
        ("image", b"\x89PNG\x00\x00", "binary"),
        ("poem", b"roses are red", "of a kind"),
        ("other", b'{"a": 1}', "no benchmark"),
    ):
        (tmp_path / name).write_bytes(content)
        assert why in read_file(tmp_path / name).unread[0].why


def test_random_bytes_never_crash(tmp_path: Path) -> None:
    noise = random.Random(7)
    for index in range(40):
        path = tmp_path / str(index)
        path.write_bytes(noise.choice([b"", b"\x1f\x8b", b"{", b"import vllm\n"]) + noise.randbytes(2000))
        try:
            found = read_file(path)
        except InputError:
            continue
        assert (found.rates, found.delivered) == ((), ())


def test_a_file_that_cannot_be_read_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(InputError):
        read_file(tmp_path / "missing")
