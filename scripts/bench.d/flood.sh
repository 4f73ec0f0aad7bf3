#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# In the guest: losses at a paced flood, both tools in turn.
set -u
cd /tmp || exit 1
tool=/payload/benchtool

# flood NAME COMMAND...: how many of the paced messages were printed.
flood() {
    name=$1
    shift
    $tool run report "$@" >out 2>err
    sent=$(grep -aE '^[0-9]+ [0-9]+$' out | head -n 1)
    lines=$(grep -ac '^m ' out)
    read -r start elapsed rss status <report
    echo "$name 1 $sent $lines $rss $status"
    grep -aiE 'lost|skipped' err | head -n 3 | sed "s/^/# $name: /"
}

bpf=/usr/bin/bpftrace
flood flood.swtap /payload/swtap -e 'probe kernel.function("unix_stream_sendmsg") { if (pid() == target()) printf("m %s %d %d\n", execname(), pid(), $len) }' -c "/payload/benchtool pace 50000 4"
flood flood.bpftrace $bpf -e 'kfunc:unix_stream_sendmsg /pid == cpid/ { printf("m %s %d %d\n", comm, pid, args->len); }' -c "/payload/benchtool pace 50000 4"
