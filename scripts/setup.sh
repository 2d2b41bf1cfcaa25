#!/bin/sh
# Makes .venv ready: everything in requirements.lock, with hashes, and this checkout itself.
#
# Called by scripts/test, scripts/demo and .ci/run; nobody needs to call it by hand. It needs sh and a python3
# of at least 3.11, nothing else, and speaks on standard error. The second time it only looks at a stamp.
#   .venv    the environment; made anew when it is broken, or when the checkout was moved or copied
#   .tools   uv, which fills .venv; used only where there is no uv on the PATH
set -eu

uv_version=0.13.9

say() { printf 'setup: %s\n' "$*" >&2; }
fail() { say "$*"; exit 1; }

CDPATH='' cd -- "$(dirname -- "$0")/.."
root=$(pwd -P)
stamp=.venv/setup-stamp
# What decides about paths and versions here is this script, not the shell it was called from.
unset PYTHONPATH PYTHONHOME VIRTUAL_ENV
export UV_PYTHON_DOWNLOADS=never

# The Python to build on: itself, not the virtual environment that may be active just now.
choose_python() {
    for candidate in python3 /usr/bin/python3 python3.14 python3.13 python3.12 python3.11; do
        python=$("$candidate" -c 'import sys
if sys.version_info < (3, 11): sys.exit(1)
print(getattr(sys, "_base_executable", None) or sys.executable)' 2>/dev/null) && return
    done
    fail "Python 3.11 or newer is needed, and no python3 here is. On Debian 12 or newer: apt-get install python3"
}

# One line for the stamp: it changes with what is to be installed, and with where.
wanted() {
    "$python" -c 'import hashlib, sys
print(hashlib.sha256(b"".join(open(name, "rb").read() for name in sys.argv[2:])).hexdigest(), sys.argv[1])' \
        "$root" requirements.lock pyproject.toml scripts/setup.sh
}

is_ready() {
    [ -f "$stamp" ] && [ "$(cat "$stamp")" = "$want" ] && .venv/bin/python -I -c 'import bot' 2>/dev/null
}

# Does .venv work, and was it made here? (A moved one runs, but its commands still point to the old place.)
is_usable() {
    .venv/bin/python -I -c 'import re, sys
activate = open(".venv/bin/activate").read()
here = "VIRTUAL_ENV=.?" + re.escape(sys.argv[1]) + "/.venv.?$"
sys.exit(sys.version_info < (3, 11) or not re.search(here, activate, re.MULTILINE))' "$root" 2>/dev/null
}

has_ensurepip() { "$1" -c 'import ensurepip, venv' 2>/dev/null; }

# Debian keeps ensurepip in a package of its own, python3-venv.
install_ensurepip() {
    command -v apt-get >/dev/null 2>&1 ||
        fail "$python has neither ensurepip nor pip. Install one of them, or uv, and start again."
    if [ "$(id -u)" = 0 ]; then
        as_root=''
    elif sudo -n true 2>/dev/null; then
        as_root='sudo -n'
    else
        fail "Python's venv module is incomplete here. Run: sudo apt-get install python3-venv   and start again."
    fi
    say "installing Debian's package python3-venv: $python has neither ensurepip nor pip"
    $as_root apt-get -qq update >&2 || say "apt-get update failed; trying with the lists that are there"
    $as_root env DEBIAN_FRONTEND=noninteractive apt-get -qq -y --no-install-recommends install python3-venv >&2 ||
        fail "apt-get could not install python3-venv. Run: apt-get install python3-venv   and start again."
}

# Sets $uv: from the PATH, from an earlier time, or fetched now.
choose_uv() {
    for uv in uv .tools/venv/bin/uv .tools/pip/bin/uv; do
        "$uv" --version >/dev/null 2>&1 && return
    done
    say "fetching uv $uv_version into .tools"
    builder=$python
    if ! has_ensurepip "$builder" && ! "$builder" -m pip --version >/dev/null 2>&1; then
        install_ensurepip
        has_ensurepip "$builder" || builder=/usr/bin/python3
    fi
    if has_ensurepip "$builder"; then
        uv=.tools/venv/bin/uv
        "$builder" -m venv --clear .tools/venv
        set -- .tools/venv/bin/python -m pip install
    else
        uv=.tools/pip/bin/uv
        set -- "$builder" -m pip install --target .tools/pip --upgrade
    fi
    "$@" --quiet --disable-pip-version-check "uv==$uv_version" >&2 ||
        fail "pip could not fetch uv (see above). Is there a way to the package index from here?"
}

# Where pip was told of another package index, uv is told the same; who has a uv of their own has told it already.
follow_pip() {
    [ "$uv" != uv ] && [ -z "${UV_DEFAULT_INDEX:-}${UV_INDEX_URL:-}" ] || return 0
    pip_python=.tools/venv/bin/python
    [ -x "$pip_python" ] || pip_python=$python
    index=${PIP_INDEX_URL:-$("$pip_python" -m pip config get global.index-url 2>/dev/null || true)}
    [ -z "$index" ] || export UV_DEFAULT_INDEX="$index"
}

choose_python
want=$(wanted)
if is_ready; then exit 0; fi

# Two at a time would get in each other's way.
mkdir -p .tools
if command -v flock >/dev/null 2>&1; then
    exec 9>.tools/lock
    flock 9
    if is_ready; then exit 0; fi
fi

choose_uv
follow_pip
if ! is_usable; then
    say "making .venv with $python"
    rm -rf .venv
    "$uv" venv --quiet --python "$python" .venv
fi
rm -f "$stamp"
say "installing requirements.lock into .venv; the first time takes a minute or so"
"$uv" pip sync --quiet --python .venv/bin/python --require-hashes --compile-bytecode requirements.lock
"$uv" pip install --quiet --python .venv/bin/python --no-deps --editable .
printf '%s\n' "$want" >"$stamp"
say "ready"
