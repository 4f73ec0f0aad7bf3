#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# In a guest with one nanosecond per instruction: what one event costs the traced program.
# shellcheck disable=SC2016  # dollar signs of the traced scripts
set -u
cd /tmp || exit 1
load="/payload/benchtool pairs 5000 3"
figure() { grep -aE '^[0-9]+\.[0-9]$' out | head -n 1; }
case_of() {
    name=$1
    shift
    "$@" >out 2>err || { echo "$name failed"; head -n 3 err; return; }
    echo "$name $(figure)"
}
# byhand ROW TASK, swtap ROW SCRIPT OPTIONS..., bpftrace ROW SCRIPT: the load under each of them.
byhand() { case_of "$1.byhand" /payload/byhand "$2" /payload/byhand.bpf.o $load; }
swtap() {
    row=$1
    script=$2
    shift 2
    case_of "$row.swtap" /payload/swtap "$@" -e "$script" -c "$load"
}
bpftrace() { case_of "$1.bpftrace" /usr/bin/bpftrace -e "$2" -c "$load"; }
f='probe kernel.function("unix_stream_sendmsg")'
# shellcheck disable=SC2086  # a command with its arguments
case_of baseline $load
byhand empty empty
swtap empty "$f { }" -u
bpftrace empty 'kfunc:unix_stream_sendmsg { }'
byhand filtered filter
swtap filtered "global n $f { if (pid() == target() && \$len > 100) n++ }"
bpftrace filtered 'kfunc:unix_stream_sendmsg /pid == cpid && args->len > 100/ { @ = count(); }'
byhand count count
swtap count "global n $f { if (pid() == target()) n[execname()]++ }"
bpftrace count 'kfunc:unix_stream_sendmsg /pid == cpid/ { @[comm] = count(); }'
byhand statistics histogram
swtap statistics "global s $f { if (pid() == target()) s[execname()] <<< \$len } probe end { foreach (n in s) { println(n, @sum(s[n])) print(@hist_log(s[n])) } }"
bpftrace statistics 'kfunc:unix_stream_sendmsg /pid == cpid/ { @b[comm] = sum(args->len); @s[comm] = hist(args->len); }'
swtap arrays "global b, s $f { if (pid() == target()) { b[execname()] += \$len; s[execname()] <<< \$len } } probe end { foreach (n in s) print(@hist_log(s[n])) }"
byhand print print
swtap print "$f { if (pid() == target()) printf(\"m %s %d %d %d\\n\", execname(), pid(), tid(), \$len) }"
bpftrace print 'kfunc:unix_stream_sendmsg /pid == cpid/ { printf("m %s %d %d %d\n", comm, pid, tid, args->len); }'
byhand socket socket
swtap socket 'global n probe socket.send { if (success) n[execname()] += size }'
