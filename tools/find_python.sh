#!/usr/bin/env bash
# Prints the first Python on PATH that is 3.11 or newer and can make a virtual environment; says what to install if none is.
set -euo pipefail
for name in python3 python3.11 python3.12 python3.13 python3.14 python; do
    if "$name" -c 'import sys, venv, ensurepip; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1; then
        command -v "$name"
        exit 0
    fi
done
echo "No Python 3.11 or newer with venv and pip was found. On Debian: apt-get install python3 python3-venv" >&2
exit 1
