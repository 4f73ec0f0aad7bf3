# SPDX-License-Identifier: GPL-3.0-or-later
. "$LIVE/guest/lib.sh"
# Handlers that read and write the same globals on several CPUs see them whole: both always grow together.
cat >script.stp <<'END'
global first, second, torn, seen
probe begin { first = 100; second = 100; println("ready") }
probe kernel.trace("sys_enter") {
    if (execname() != "workload") next
    if (first != second) torn++
    first = first + 1
    second = second + 1
    seen[execname(), $id]++
}
probe end {
    foreach ([n, i] in seen) sum += seen[n, i]
    println(first == second && sum + 100 == first ? "whole" : sprint(first, " ", second, " ", sum), " ", torn)
}
END
tap --explain script.stp
want_line out 'runs in the kernel by'
"$swtap" -v -DMAXSKIPPED=100000000 script.stp >out 2>err &
tap=$!
await 20 grep -q ready out
flood 5000 64
kill -INT "$tap"
wait "$tap" || fail "exit status $?"
want_line out '^whole 0$'
