"""Pack vLLM and qdoctor for a GPU host that has PyTorch but no way to install packages.

    python scripts/pack_for_offline_host.py --output DIR [--requirements FILE] [--python 3.12] [--part-mib 50]

Installs what the requirements name into one folder for the host's Python, without dependencies, leaves out
what is never loaded there, and writes the folder as an archive in parts that can be carried one by one.
docs/offline-hosts.md says what to do with them.
"""

from __future__ import annotations

import argparse
import hashlib
import shutil
import subprocess
import sys
import tarfile
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import IO

ROOT = Path(__file__).parents[1]
HOPPER = ROOT / "requirements" / "vllm-offline-hopper.txt"
GLIBC_MINORS = (17, 24, 27, 28, 31, 34, 35)
"""pip matches a wheel's platform exactly, so each that the host's glibc can serve is named."""
DROP = (
    "bin",
    "**/__pycache__",
    "vllm/vllm-rs",
    "vllm/vllm_flash_attn/_vllm_fa2_C*.so",
    "xgrammar/lib",
    "mistral_common/data/tekken*",
    "pycountry/locales",
)
"""Never loaded for text generation on Hopper: launchers, static libraries, other models' tokenizers, and the
kernels of FlashAttention 2 (vLLM takes 3 there)."""


class Parts:
    """A file that only grows, cut into numbered parts of at most so many bytes."""

    def __init__(self, folder: Path, most_bytes: int) -> None:
        self._folder, self._most = folder, most_bytes
        self._open: IO[bytes] | None = None
        self.paths: list[Path] = []

    def write(self, data: bytes) -> int:
        """Append; the next part begins where one is full."""
        rest = memoryview(data)
        while rest:
            if self._open is None or self._open.tell() == self._most:
                self._next()
            assert self._open is not None
            free = self._most - self._open.tell()
            self._open.write(rest[:free])
            rest = rest[free:]
        return len(data)

    def close(self) -> None:
        """End the last part."""
        if self._open is not None:
            self._open.close()

    def _next(self) -> None:
        self.close()
        path = self._folder / f"part-{len(self.paths):02d}"
        self.paths.append(path)
        self._open = path.open("wb")


def install(site: Path, requirements: Path, python: str) -> None:
    """What the file names, as wheels for that Python on x86-64 Linux, and qdoctor itself."""
    platforms = [f"manylinux_2_{minor}_x86_64" for minor in GLIBC_MINORS]
    tags = [word for name in (*platforms, "manylinux2014_x86_64") for word in ("--platform", name)]
    wanted = ["--python-version", python, "--implementation", "cp", "--only-binary=:all:", *tags]
    pip = [sys.executable, "-m", "pip", "install", "--quiet", "--no-deps", "--no-compile"]
    subprocess.run([*pip, "--target", str(site), *wanted, "--requirement", str(requirements)], check=True)
    with tempfile.TemporaryDirectory() as folder:
        build = [sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps", "--wheel-dir", folder]
        subprocess.run([*build, str(ROOT)], check=True)
        (wheel,) = Path(folder).glob("qdoctor-*.whl")
        shutil.unpack_archive(wheel, site, format="zip")


def drop(site: Path, patterns: Sequence[str], python: str) -> None:
    """Take out what matches, and what was built for other Pythons."""
    tag = "cpython-" + python.replace(".", "")
    doomed = [path for pattern in patterns for path in site.glob(pattern)]
    doomed += [path for path in site.glob("**/*.cpython-*.so") if tag not in path.name]
    for path in doomed:
        if path.is_dir():
            shutil.rmtree(path)
        else:
            path.unlink(missing_ok=True)


def pack(site: Path, folder: Path, part_mib: int) -> list[Path]:
    """The folder's content as one xz archive in parts, and their checksums in ``SHA256SUMS``."""
    parts = Parts(folder, part_mib * 2**20)
    with tarfile.open(fileobj=parts, mode="w|xz") as archive:
        archive.add(site, arcname=".")
    parts.close()
    sums = [f"{hashlib.sha256(path.read_bytes()).hexdigest()}  {path.name}\n" for path in parts.paths]
    (folder / "SHA256SUMS").write_text("".join(sums), encoding="utf-8")
    return parts.paths


def main() -> None:
    """Install, leave out, pack."""
    shape = argparse.RawDescriptionHelpFormatter
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=shape)
    parser.add_argument("--output", type=Path, required=True, help="a folder that does not exist yet")
    parser.add_argument("--requirements", type=Path, default=HOPPER)
    parser.add_argument("--python", default="3.12", help="the host's")
    parser.add_argument("--part-mib", type=int, default=50)
    parser.add_argument("--keep-all", action="store_true", help="leave out nothing")
    options = parser.parse_args()
    options.output.mkdir(parents=True)
    with tempfile.TemporaryDirectory(dir=options.output) as folder:
        site = Path(folder)
        install(site, options.requirements, options.python)
        drop(site, () if options.keep_all else DROP, options.python)
        parts = pack(site, options.output, options.part_mib)
    total = sum(path.stat().st_size for path in parts) / 2**20
    print(f"{len(parts)} parts, {total:.0f} MiB in {options.output}")


if __name__ == "__main__":
    main()
