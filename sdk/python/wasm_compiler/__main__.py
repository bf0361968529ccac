"""Hands its arguments to HeliosDB's compiler: ``python -m wasm_compiler x.py -o x.wasm``."""

import os
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

MISSING = """\
wasm_compiler: HeliosDB's compiler was not found
  HELIOSDB names the command that starts it, for example "node /opt/heliosdb/cli/start.mjs"
"""


def compiler() -> "list[str] | None":
    """The command that starts HeliosDB: what HELIOSDB says, one that is installed, or this
    checkout's own."""
    named = os.environ.get("HELIOSDB")
    if named:
        return shlex.split(named)
    installed = shutil.which("heliosdb") or shutil.which("heliosdb-cli")
    if installed:
        return [installed]
    root = Path(__file__).resolve().parents[3]
    main = root / "cli" / "start.mjs"
    own_node = root / "node_modules" / ".bin" / "node"
    node = str(own_node) if own_node.exists() else shutil.which("node")
    return [node, str(main)] if main.exists() and node else None


def main() -> int:
    command = compiler()
    if command is None:
        sys.stderr.write(MISSING)
        return 1
    try:
        return subprocess.run([*command, "compile", *sys.argv[1:]], check=False).returncode
    except OSError as error:
        sys.stderr.write(f"wasm_compiler: {command[0]} cannot be started: {error}\n")
        return 1


if __name__ == "__main__":
    sys.exit(main())
