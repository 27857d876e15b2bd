#!/usr/bin/env bash
# Writes requirements/*.txt anew from pyproject.toml; versions already locked stay unless they must
# move (`scripts/lock.sh --upgrade` moves them all).
set -euo pipefail
cd "$(dirname "$0")/.."

compile() {
    .venv/bin/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes \
        --no-emit-index-url --no-header --no-annotate "$@" >/dev/null
}

compile "$@" pyproject.toml --group simulator --group desk --group dev -o requirements/desk.txt
compile pyproject.toml -c requirements/desk.txt -o requirements/runtime.txt
compile --group pyproject.toml:simulator -c requirements/desk.txt -o requirements/simulator.txt
compile "$@" --group pyproject.toml:node -o requirements/node.txt
