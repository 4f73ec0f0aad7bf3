# SPDX-License-Identifier: GPL-3.0-or-later
. "$LIVE/guest/lib.sh"
# The time between two probes by thread: an array that handlers in the kernel read, write and delete from.
cat >script.stp <<'END'
global begun, times, calls, missing, sizes
probe kernel.function("sys_call_table_is_no_function")? { calls++ }
probe kernel.trace("sys_enter") { if (execname() != "workload") next; begun[tid()] = ktime_get_ns(); calls++ }
probe kernel.trace("sys_exit") {
    if (execname() != "workload") next
    if (tid() in begun) {
        times[execname()] <<< ktime_get_ns() - begun[tid()]
        delete begun[tid()]
    } else missing++
}
probe end {
    println(calls - @count(times["workload"]) <= 1 ? "paired" : sprint(calls, " ", @count(times["workload"])))
    println("left ", calls - @count(times["workload"]) == 0 ? "none" : "exit_group")
    println(missing <= 1 ? "few missing" : sprint(missing))
    println(@min(times["workload"]) > 0 && @min(times["workload"]) <= @avg(times["workload"]) ? "sound" : "unsound")
    foreach (t in begun) n++
    println(n <= 1 ? "deleted" : "kept")
}
END
tap --explain script.stp
[ "$(grep -c 'runs in the kernel by raw tracepoint' out)" -eq 2 ] || { show; fail "not both in the kernel"; }
tap script.stp -c "$workload --totals --ledger ledger flood 2000 64"
want_status 0
want_text out 'paired
left exit_group
few missing
sound
deleted'
