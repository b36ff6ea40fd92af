"""Every reader against files that are nearly right: real ones, cut, doubled and put together anew.

What the corpus damages everywhere in one way, this damages in a few places in any way; failing files are
made small by hypothesis. The bounds are the corpus's.
"""

from __future__ import annotations

import resource
import signal
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.hostile.bases import bases
from tests.hostile.readers import READERS
from tests.hostile.reading import MOST_CPU_S, out_of_time, outcome_of

EXAMPLES = 25
MOST_BYTES = 500_000_000
PIECES = (
    *(
        b"",
        b"\n",
        b"\n\n```\n",
        b"\x00",
        b"\xff\xfe",
        b"\x1b[31m",
        b"\r",
        b"  ",
        b"\t",
        b"#",
        b"\\",
        b"'",
        b'"',
    ),
    *(b"{", b"}", b"[", b"]", b"[]", b"{}", b",", b":", b"-", b"- a: &x [*x]\n", b"!!python/name:os.system"),
    *(
        b"null",
        b"true",
        b"-1",
        b"0",
        b"1e308",
        b"1e999",
        b"NaN",
        b"9" * 400,
        b"1:30:00",
        b"0x1F",
        b"2024-01-01",
    ),
    *(
        b"vllm serve ",
        b"--max-num-seqs ",
        b"$(id)",
        b"tokens/s",
        b" requests/s, ",
        b"LLM(",
        b"</script>",
        b"x" * 3000,
    ),
)

Edit = tuple[str, float, float, bytes]
EDITS: st.SearchStrategy[list[Edit]] = st.lists(
    st.tuples(
        st.sampled_from(("cut", "double", "move", "put")),
        st.floats(0, 1),
        st.floats(0, 0.2) | st.floats(0, 0.001),
        st.sampled_from(PIECES) | st.binary(max_size=12),
    ),
    min_size=1,
    max_size=6,
)


def edited(content: bytes, edits: list[Edit]) -> bytes:
    """The content after some edits, each at a place and of a length given as shares of the whole."""
    for how, place, share, piece in edits:
        begin = int(place * len(content))
        end = begin + int(share * len(content))
        before, part, after = content[:begin], content[begin:end], content[end:]
        if how == "move":
            content = before + after + part
        else:
            content = before + {"cut": b"", "double": part + part, "put": piece}[how] + after
    return content


@contextmanager
def bounded() -> Iterator[None]:
    """A time's and a memory's end for what is done inside: both raise."""
    soft, hard = resource.getrlimit(resource.RLIMIT_AS)
    used = int(Path("/proc/self/statm").read_text().split()[0]) * resource.getpagesize()
    before = signal.signal(signal.SIGPROF, out_of_time)
    resource.setrlimit(resource.RLIMIT_AS, (used + MOST_BYTES, hard))
    signal.setitimer(signal.ITIMER_PROF, MOST_CPU_S)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
        resource.setrlimit(resource.RLIMIT_AS, (soft, hard))
        signal.signal(signal.SIGPROF, before)


@pytest.mark.parametrize("reader", READERS)
@settings(max_examples=EXAMPLES, suppress_health_check=list(HealthCheck))
@given(st.data())
def test_nearly_right_files_are_read_or_refused(reader: str, data: st.DataObject) -> None:
    base = data.draw(st.sampled_from(READERS[reader].own))
    content = edited(bases()[base], data.draw(EDITS))
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "given", base)
        path.parent.mkdir()
        path.write_bytes(content)
        with bounded():
            outcome = outcome_of(reader, path)
    assert outcome in ("read", "refused")
