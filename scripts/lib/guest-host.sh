# SPDX-License-Identifier: GPL-3.0-or-later
# shellcheck shell=bash disable=SC2154  # variables that the main script sets
#
# What the guest scripts need from the host: messages, the cache, packages.

verbose=${verbose:-0}

# Progress goes to stderr only when asked for, so that stderr is the command's own.
progress() { if [ "$verbose" -gt 0 ]; then printf 'guest: %s\n' "$*" >&2; fi; }

fail() { printf 'guest: %s\n' "$*" >&2; exit 125; }

# The cache is shared by all worktrees of a clone.
find_cache() {
    local top=$1 common
    if [ -n "${SWTAP_GUEST_CACHE:-}" ]; then
        cache=$SWTAP_GUEST_CACHE
    elif common=$(git -C "$top" rev-parse --path-format=absolute --git-common-dir 2>/dev/null) \
            && [ "${common##*/}" = .git ]; then
        cache=${common%/.git}/.guest-cache
    else
        cache=$top/.guest-cache
    fi
    mkdir -p "$cache" || fail "cannot create the cache $cache"
    cache=$(cd "$cache" && pwd)
}

# Runs a function while no other guest script changes the cache.
with_cache_locked() {
    local status=0
    exec 9>"$cache/.lock"
    flock -n 9 || { progress "waiting for another preparation"; flock 9; }
    "$@" || status=$?
    exec 9>&-
    return "$status"
}

# Pairs of a command and the Debian package that brings it.
host_needs='qemu-system-x86_64:qemu-system-x86 zstd:zstd lz4:lz4 xz:xz-utils mke2fs:e2fsprogs
    dpkg-deb:dpkg tar:tar cc:gcc flock:util-linux timeout:coreutils od:coreutils'

missing_host_packages() {
    local pair
    for pair in $host_needs; do
        PATH=$PATH:/usr/sbin:/sbin command -v "${pair%%:*}" >/dev/null || printf '%s\n' "${pair#*:}"
    done
    # The static C library, which the guest's init is linked with.
    case $(cc -print-file-name=libc.a 2>/dev/null) in /*) ;; *) printf 'libc6-dev\n' ;; esac
}

# Installs what is missing, or says what to install.
ensure_host_packages() {
    local missing
    PATH=$PATH:/usr/sbin:/sbin
    missing=$(missing_host_packages | sort -u | tr '\n' ' ')
    [ -n "$missing" ] || return 0
    printf 'guest: missing on this host: %s\n' "$missing" >&2
    if [ "$(id -u)" -ne 0 ] || [ -n "${SWTAP_NO_INSTALL:-}" ]; then
        fail "install them with: apt-get install --no-install-recommends $missing"
    fi
    progress "installing $missing"
    refresh_lists_for qemu-system-x86
    # shellcheck disable=SC2086  # a list of words
    DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends $missing >&2 </dev/null \
        || fail "cannot install $missing"
}

# A machine made from a container image has no package lists at first.
refresh_lists_for() {
    apt-cache show "$1" >/dev/null 2>&1 && return 0
    progress "fetching the package lists"
    apt-get update -qq >&2 </dev/null || fail "apt-get update failed"
}

# Downloads packages and everything that they depend on, as if nothing were
# installed, into $1. Nothing is installed, nothing of the host is changed.
fetch_closure() {
    local directory=$1 log=$1/log
    shift
    mkdir -p "$directory/partial"
    : >"$directory/status"
    apt-get -y -q --no-install-recommends --download-only \
        -o APT::Sandbox::User=root -o Debug::NoLocking=1 \
        -o Dir::State::status="$directory/status" -o Dir::Cache::archives="$directory" \
        install "$@" >"$log" 2>&1 </dev/null \
        || { tail -n 5 "$log" >&2; fail "cannot fetch $*"; }
}

# Downloads exactly one package into directory $1.
fetch_one() {
    mkdir -p "$1"
    (cd "$1" && apt-get -q -o APT::Sandbox::User=root download "$2" >log 2>&1 </dev/null) \
        || { tail -n 5 "$1/log" >&2; fail "cannot fetch $2"; }
}
