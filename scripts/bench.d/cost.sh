#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# In a guest with one nanosecond per instruction: what one event costs the traced program.
# shellcheck disable=SC2016  # dollar signs of the traced scripts
set -u
cd /tmp || exit 1
load="/payload/benchtool pairs 5000 3"
bpf=/usr/bin/bpftrace
figure() { grep -aE '^[0-9]+\.[0-9]$' out | head -n 1; }
case_of() {
    name=$1
    shift
    "$@" >out 2>err || { echo "$name failed"; head -n 3 err; return; }
    echo "$name $(figure)"
}
# shellcheck disable=SC2086  # a command with its arguments
case_of baseline $load
case_of empty.swtap /payload/swtap -u -e 'probe kernel.function("unix_stream_sendmsg") { }' -c "$load"
case_of empty.bpftrace $bpf -e 'kfunc:unix_stream_sendmsg { }' -c "$load"
case_of statistics.swtap /payload/swtap -e 'global b, s probe kernel.function("unix_stream_sendmsg") { if (pid() == target()) { b[execname()] += $len; s[execname()] <<< $len } } probe end { foreach (n in s) print(@hist_log(s[n])) }' -c "$load"
case_of statistics.bpftrace $bpf -e 'kfunc:unix_stream_sendmsg /pid == cpid/ { @b[comm] = sum(args->len); @s[comm] = hist(args->len); }' -c "$load"
case_of count.swtap /payload/swtap -e 'global n probe kernel.function("unix_stream_sendmsg") { if (pid() == target()) n[execname()]++ }' -c "$load"
case_of count.bpftrace $bpf -e 'kfunc:unix_stream_sendmsg /pid == cpid/ { @[comm] = count(); }' -c "$load"
case_of filtered.swtap /payload/swtap -e 'global n probe kernel.function("unix_stream_sendmsg") { if (pid() != target() || $len == 0) next; if ($len > 100) n++ }' -c "$load"
case_of filtered.bpftrace $bpf -e 'kfunc:unix_stream_sendmsg /pid == cpid && args->len > 100/ { @ = count(); }' -c "$load"
case_of print.swtap /payload/swtap -e 'probe kernel.function("unix_stream_sendmsg") { if (pid() == target()) printf("m %s %d %d\n", execname(), pid(), $len) }' -c "$load" 
case_of print.bpftrace $bpf -e 'kfunc:unix_stream_sendmsg /pid == cpid/ { printf("m %s %d %d\n", comm, pid, args->len); }' -c "$load"
