#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# In a guest with one nanosecond per instruction: start-up and end, and memory, both tools in turn.
set -u
cd /tmp || exit 1
tool=/payload/benchtool

# ready NAME COMMAND...: the command runs `benchtool now` when its probes are attached.
ready() {
    name=$1
    shift
    for round in 1 2; do
        $tool run report "$@" >out 2>err
        stamp=$(grep -aoE '^[0-9]{9,}$' out | head -n 1)
        read -r start elapsed rss status <report
        echo "$name $round $(( (${stamp:-0} - start) / 1000 )) $((elapsed / 1000)) $rss $status"
    done
}

whole() {
    name=$1
    shift
    for round in 1 2; do
        $tool run report "$@" >out 2>err
        read -r start elapsed rss status <report
        echo "$name $round 0 $((elapsed / 1000)) $rss $status"
    done
}

bpf=/usr/bin/bpftrace
whole trivial.swtap /payload/swtap -e 'probe begin { exit() }'
whole trivial.bpftrace $bpf -e 'BEGIN { exit(); }'
ready one.swtap /payload/swtap -e 'probe kernel.function("unix_stream_sendmsg") { if (pid() == target()) n++ } global n' -c '/payload/benchtool now'
ready one.bpftrace $bpf -e 'kprobe:unix_stream_sendmsg /pid == cpid/ { @n = count(); }' -c '/payload/benchtool now'
# One program for each function, and one for all of them where the tool has that.
ready hundred.swtap /payload/swtap -e 'global n probe kernel.function("tcp_[a-e]*") { n++ }' -c '/payload/benchtool now'
ready hundred.bpftrace $bpf -e 'kprobe:tcp_a*,kprobe:tcp_b*,kprobe:tcp_c*,kprobe:tcp_d*,kprobe:tcp_e* { @n = count(); }' -c '/payload/benchtool now'
ready single.swtap /payload/swtap --no-feature kprobe-multi -e 'global n probe kernel.function("tcp_[a-e]*") { n++ }' -c '/payload/benchtool now'
ready single.bpftrace $bpf -e 'kfunc:tcp_a*,kfunc:tcp_b*,kfunc:tcp_c*,kfunc:tcp_d*,kfunc:tcp_e* { @n = count(); }' -c '/payload/benchtool now'
echo "# functions: $(/payload/swtap -l 'kernel.function("tcp_[a-e]*")' | wc -l), of which bpftrace lists $($bpf -l 'kprobe:tcp_*' | grep -c ':tcp_[a-e]'), by trampoline $($bpf -l 'kfunc:tcp_*' | grep -c ':tcp_[a-e]')"
ready socket.swtap /payload/swtap -e 'global n probe socket.send { n[execname()] += size }' -c '/payload/benchtool now'
