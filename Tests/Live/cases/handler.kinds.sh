# SPDX-License-Identifier: GPL-3.0-or-later
. "$LIVE/guest/lib.sh"
# Handlers at all kinds of events run in the kernel, and count exactly.

# Functions of a program, in four processes at once: they are preempted in the middle of a handler.
cat >user.stp <<'END'
global calls, sum, depths, printed
probe begin { println("ready") }
probe process(@1).function("workload_add") { calls[pid(), execname()]++; sum += long_arg(1) }
probe process(@1).function("workload_depth").return { depths <<< @entry(long_arg(1)) }
probe process(@1).function("workload_fail") { printed++; if (long_arg(1) == 3) printf("three %s\n", execname()) }
probe process(@1).end { ends++ }
global ends
probe end {
    foreach ([p, n] in calls) total += calls[p, n]
    println("total ", total, " ", sum, " ", @count(depths), " ", @sum(depths), " ", printed, " ", ends)
}
END
tap --explain user.stp "$workload"
want_line out 'runs in the kernel by uprobe'
want_no_line out 'its handler runs in user space'
"$swtap" -v user.stp "$workload" >out 2>err &
tap=$!
await 20 grep -q ready out
workers=
for number in 1 2 3 4; do
    "$workload" --ledger "ledger.$number" calls 200 &
    workers="$workers $!"
done
# shellcheck disable=SC2086
wait $workers
kill -INT "$tap"
wait "$tap" || fail "exit status $?"
want_line out '^total 800 79600 3200 4800 800 4$'
want_equal "$(grep -c '^three workload$' out)" 4 'lines of the handler that prints'
want_no_line err '^WARNING'

# The clock of each processor, and what it finds running; a handler in an interrupt.
tap --explain -e 'global n, names probe timer.profile.freq.hz(100) { n++; names[execname()]++ }'
want_line out 'runs in the kernel by perf event'
tap -v -e 'global n, names probe timer.profile.freq.hz(100) { n++; names[execname()]++ }
    probe end { foreach (name in names) sum += names[name]; println(n > 20 ? "ticks" : sprint(n), " ", n == sum) }' -T 1
want_status 0
want_line out '^ticks 1$'
want_no_line err '^WARNING'

# A hook of the security modules.
case ,$(cat /sys/kernel/security/lsm), in
*,bpf,*)
    echo hello >file.txt
    script='global n probe lsm.file_open { if (execname() == "cat") n[execname()]++ }
        probe end { println(n["cat"] > 3 ? "opened" : sprint(n["cat"])) }'
    tap --explain -e "$script"
    want_line out 'runs in the kernel by LSM hook'
    tap -e "$script" -c 'cat file.txt file.txt file.txt file.txt'
    want_status 0
    want_line out '^opened$'
    ;;
esac

# Packets.
if [ "$KERNEL" != 6.1 ]; then
    script='global n, bytes probe netfilter.ipv4.local_out { n++; bytes[pf] += length }
        probe end { println(n >= 2 ? "packets " : sprint(n), bytes[2] > 80) }'
    tap --explain -e "$script"
    want_line out 'runs in the kernel by netfilter hook'
    tap -e "$script" -c 'nc -w 2 127.0.0.1 7 </dev/null 2>/dev/null; true'
    want_status 0
    want_quiet
    want_line out '^packets 1$'
fi
