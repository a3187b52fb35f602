# Sourced by scripts/serve and scripts/test: goes to the checkout's root and sets PYTHON to a Python of 3.11 or newer.
cd -- "$(dirname -- "$(readlink -f -- "${BASH_SOURCE[0]}")")/../.."
PYTHON=""
for candidate in python3 python3.14 python3.13 python3.12 python3.11; do
    if "$candidate" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then
        PYTHON="$candidate"
        break
    fi
done
if [ -z "$PYTHON" ]; then
    echo "Python 3.11 or newer is needed. On Debian 12, Ubuntu 24.04 or newer: sudo apt-get install python3 python3-venv" >&2
    exit 1
fi
