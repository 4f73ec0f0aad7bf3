# SPDX-License-Identifier: GPL-3.0-or-later
# shellcheck shell=sh
#
# Functions for cases. A case runs in an empty directory of its own.

set -u
swtap=$LIVE/swtap
workload=$LIVE/workload

fail() {
    echo "$*"
    exit 1
}

skip() {
    echo "$*"
    exit 77
}

# Runs swtap with its output in out and err, and its exit status in $status. The files are appended to, since
# sendfile (busybox's cat) does not lock the offset that it shares with swtap.
tap() {
    status=0
    rm -f out err
    "$swtap" "$@" >>out 2>>err || status=$?
}

show() {
    for file in out err; do
        echo "--- $file"
        head -n 30 "$file"
    done
}

# want_status 0: the last tap ended so
want_status() {
    [ "$status" -eq "$1" ] || { show; fail "exit status $status, not $1"; }
}

# want_quiet: nothing on standard error
want_quiet() {
    [ ! -s err ] || { show; fail "unexpected: $(head -n 1 err)"; }
}

# want_line FILE REGEX: some line matches
want_line() {
    grep -Eq -- "$2" "$1" || { show; fail "no line in $1 matches $2"; }
}

want_no_line() {
    ! grep -Eq -- "$2" "$1" || { show; fail "a line in $1 matches $2: $(grep -E -m 1 -- "$2" "$1")"; }
}

# want_text FILE TEXT: the file is exactly this text
want_text() {
    printf '%s\n' "$2" >wanted
    cmp -s "$1" wanted || { show; echo "--- wanted"; cat wanted; fail "$1 is not as wanted"; }
}

want_equal() {
    [ "$1" = "$2" ] || { show; fail "${3:-value}: $1, not $2"; }
}

# await SECONDS COMMAND...: until it succeeds
await() {
    tries=$(($1 * 20))
    shift
    while ! "$@" >/dev/null 2>&1; do
        tries=$((tries - 1))
        [ $tries -gt 0 ] || fail "waited in vain for: $*"
        sleep 0.05
    done
}

# flood COUNT SIZE: four programs send that often at once; returns when all have.
flood() {
    workers=
    for number in 1 2 3 4; do
        "$workload" --totals --ledger "ledger.$number" flood "$1" "$2" &
        workers="$workers $!"
    done
    # shellcheck disable=SC2086
    wait $workers
}

# What BPF the kernel holds: programs, links and maps by number, without the time-outs of freeing.
bpf_objects() {
    bpftool prog list 2>/dev/null | grep -c '^[0-9]*:'
    bpftool link list 2>/dev/null | grep -c '^[0-9]*:'
    bpftool map list 2>/dev/null | grep -c '^[0-9]*:'
}

# want_account FILE: in the table of -v every event of the kernel's probes has one fate; prints the sums of fired, handled and lost.
# Columns: fired handled filtered lost no-entry after-exit skipped point.
want_account() {
    awk '/probe$/ { in_table = 1; next } in_table && $8 ~ /^(kernel|process|socket|perf)/ { fired += $1; handled += $2; lost += $4; if ($1 != $2 + $3 + $4 + $5 + $6) { print "does not add up: " $0; bad = 1 } }
        END { if (!bad) print fired, handled, lost; exit bad }' "$1" >sums || { cat "$1"; fail "$(head -n 1 sums)"; }
    cat sums
}
