# Sourced by the scripts of this folder. Everything that costs a download is kept below $CAIRN_CACHE, outside the repository,
# so that the second run is fast; everything that runs lives below $CAIRN_RUN and is thrown away with the machine's temporary files.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
if [ -z "${HOME:-}" ] || [ ! -w "$HOME" ]; then HOME=${TMPDIR:-/tmp}; fi
CAIRN_CACHE=${CAIRN_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/cairn}
temporary=${TMPDIR:-/tmp}
CAIRN_RUN=${CAIRN_RUN:-${temporary%/}/cairn-servers-$(id -un 2>/dev/null | tr -cd A-Za-z0-9)}
mkdir -p "$CAIRN_CACHE" "$CAIRN_RUN"

fail() { echo "$(basename "$0"): $*" >&2; exit 1; }

# One installation at a time on a machine: several test programs may ask for the same server at once.
lock() { exec 8>"$CAIRN_CACHE/$1.lock"; flock 8; }

# install_packages WHY PACKAGE…: by apt when root on Debian, else says what is missing.
install_packages() {
  local why=$1; shift
  [ "${CAIRN_TEST_INSTALL:-1}" != 0 ] || fail "$why needs $*, and CAIRN_TEST_INSTALL=0 forbids to install it"
  command -v apt-get >/dev/null 2>&1 || fail "$why needs $*; install it by hand, this script knows only apt"
  [ "$(id -u)" -eq 0 ] || fail "$why needs $*; install it as root: apt-get install $*"
  (
    exec 7>"$CAIRN_CACHE/apt.lock"; flock 7
    export DEBIAN_FRONTEND=noninteractive
    # Services are started by these scripts, never by the package.
    policy=/usr/sbin/policy-rc.d
    if [ ! -e "$policy" ]; then printf '#!/bin/sh\nexit 101\n' >"$policy"; chmod +x "$policy"; trap 'rm -f "$policy"' EXIT; fi
    apt-get -qq -y -o DPkg::Lock::Timeout=300 --no-install-recommends install "$@" >"$CAIRN_RUN/apt.log" 2>&1 && exit 0
    apt-get -qq update >"$CAIRN_RUN/apt.log" 2>&1 && apt-get -qq -y -o DPkg::Lock::Timeout=300 --no-install-recommends install "$@" >>"$CAIRN_RUN/apt.log" 2>&1 && exit 0
    tail -n 20 "$CAIRN_RUN/apt.log" >&2; exit 1
  ) || fail "could not install $* for $why"
}
