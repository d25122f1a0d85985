#!/bin/sh
# Prints the first Python 3.11 or newer, or says what is needed.
for name in ${PYTHON:-} python3.11 python3.12 python3.13 python3.14 python3 python; do
    if command -v "$name" >/dev/null 2>&1 && "$name" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then
        command -v "$name"
        exit 0
    fi
done
echo 'Python 3.11 or newer is needed: https://www.python.org/downloads/' >&2
exit 1
