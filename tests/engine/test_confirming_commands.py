"""The commands of vLLM's own tools that findings end with, parsed by vLLM's own parsers."""

from __future__ import annotations

import json
import shlex
import subprocess
import sys

import pytest

from doctor.causes.catalogue import load_causes
from doctor.causes.confirm import confirm_command

pytestmark = pytest.mark.engine

PARSE = """
import json, sys
from vllm.benchmarks import serve, throughput
from vllm.entrypoints.launchers.cli_args import make_arg_parser
from vllm.utils.argparse_utils import FlexibleArgumentParser

ADD = {"bench throughput": throughput.add_cli_args, "bench serve": serve.add_cli_args}
ADD["serve"] = make_arg_parser
for tool, words in json.load(sys.stdin):
    parser = FlexibleArgumentParser()
    ADD[tool](parser)
    parser.parse_args(words)
print("parsed")
"""


def test_vllm_takes_every_command_of_its_own_tools() -> None:
    commands = [confirm_command(cause) for cause in load_causes()]
    split = [shlex.split(command) for command in commands if not command.startswith("qdoctor")]
    calls = []
    for words in split:
        rest = words[words.index("vllm") + 1 :]
        length = 2 if rest[0] == "bench" else 1
        calls.append((" ".join(rest[:length]), rest[length:]))
    assert len(calls) > 20
    done = subprocess.run(
        [sys.executable, "-c", PARSE], input=json.dumps(calls), capture_output=True, text=True, check=False
    )
    assert done.stdout.strip().endswith("parsed"), done.stderr[-2000:]
