#!/bin/sh
# Writes the command `watcher` that starts this clone from any folder: sh tools/command.sh .venv/bin/watcher
set -eu
cat > "$1" <<END
#!/bin/sh
PYTHONPATH="$PWD\${PYTHONPATH:+:\$PYTHONPATH}" exec "$PWD/.venv/bin/python" -m watcher "\$@"
END
chmod +x "$1"
