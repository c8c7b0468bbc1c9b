#!/bin/sh
# Prints the first Python that is new enough: $PYTHON when given, else what is found on the PATH.
set -u
new_enough='import sys; sys.exit(sys.version_info < (3, 11))'

if [ -n "${PYTHON:-}" ]; then
    "$PYTHON" -c "$new_enough" 2>/dev/null && { command -v "$PYTHON"; exit 0; }
    echo "PYTHON=$PYTHON is not a Python 3.11 or newer ($("$PYTHON" --version 2>/dev/null || echo 'it does not start'))." >&2
    exit 1
fi
for name in python3 python3.11 python3.12 python3.13 python3.14 python; do
    "$name" -c "$new_enough" 2>/dev/null && { command -v "$name"; exit 0; }
done
{
    echo "Baihui needs Python 3.11 or newer and found none ($(python3 --version 2>/dev/null || echo 'no python3 at all'))."
    echo "Install one (Debian/Ubuntu: apt install python3 python3-venv; macOS: brew install python),"
    echo "or say where it is: make run PYTHON=/path/to/python3"
} >&2
exit 1
