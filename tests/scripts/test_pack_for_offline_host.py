"""What is packed comes out again as docs/offline-hosts.md unpacks it."""

from __future__ import annotations

import hashlib
import random
import runpy
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]
PACK = runpy.run_path(str(ROOT / "scripts" / "pack_for_offline_host.py"))
UNPACK = (
    "import sys, tarfile; tarfile.open(fileobj=sys.stdin.buffer, mode='r|xz').extractall('.', filter='data')"
)


def test_parts_are_full_but_the_last_and_join_to_what_was_packed(tmp_path: Path) -> None:
    site, out, host = tmp_path / "site", tmp_path / "out", tmp_path / "host"
    for folder in (site / "vllm", out, host):
        folder.mkdir(parents=True)
    noise = random.Random(7).randbytes(2_500_000)  # does not compress
    (site / "vllm" / "kernels.so").write_bytes(noise)
    parts = PACK["pack"](site, out, 1)
    assert [path.name for path in parts] == ["part-00", "part-01", "part-02"]
    assert [path.stat().st_size for path in parts[:2]] == [2**20, 2**20]
    joined = b"".join(path.read_bytes() for path in parts)
    subprocess.run([sys.executable, "-c", UNPACK], input=joined, cwd=host, check=True)
    assert (host / "vllm" / "kernels.so").read_bytes() == noise
    for line in (out / "SHA256SUMS").read_text().splitlines():
        digest, name = line.split()
        assert hashlib.sha256((out / name).read_bytes()).hexdigest() == digest


def test_what_is_never_loaded_there_is_left_out_and_nothing_else(tmp_path: Path) -> None:
    kept = {
        "vllm/_C.abi3.so",
        "vllm/vllm_flash_attn/_vllm_fa3_C.abi3.so",
        "a/_c.cpython-312-x86_64-linux-gnu.so",
    }
    gone = {
        "vllm/vllm_flash_attn/_vllm_fa2_C.abi3.so",
        "a/_c.cpython-311-x86_64-linux-gnu.so",
        "xgrammar/lib/libxgrammar.a",
        "bin/vllm",
        "a/__pycache__/b.pyc",
    }
    for name in kept | gone:
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).touch()
    PACK["drop"](tmp_path, PACK["DROP"], "3.12")
    assert {str(path.relative_to(tmp_path)) for path in tmp_path.rglob("*") if path.is_file()} == kept


def test_every_requirement_is_one_line_with_a_name() -> None:
    lines = PACK["HOPPER"].read_text().splitlines()
    names = [line for line in lines if not line.startswith("#")]
    assert "vllm==0.22.1" in names
    assert all(name.count("==") == 1 for name in names)
    assert len(names) == len(set(names))
