# SPDX-License-Identifier: GPL-3.0-or-later
. "$LIVE/guest/lib.sh"
# A timer prints and deletes what handlers in the kernel add up, while four programs send: nothing is lost or counted twice.
cat >script.stp <<'END'
global n, bytes, sizes, total, sum, values, reports
probe begin { println("ready") }
probe socket.send { if (execname() == "workload" && success) { n++; bytes[pid()] += size; sizes[execname()] <<< size } }
probe timer.ms(20) {
    reports++
    total += n
    n = 0
    foreach (p in bytes) sum += bytes[p]
    delete bytes
    if (@count(sizes["workload"])) values += @sum(sizes["workload"])
    delete sizes
}
probe end {
    total += n
    foreach (p in bytes) sum += bytes[p]
    if (@count(sizes["workload"])) values += @sum(sizes["workload"])
    println("total ", total, " ", sum, " ", values, " ", reports > 5 ? "often" : "rarely")
}
END
tap --explain script.stp
want_line out 'runs in the kernel by'
want_no_line out 'its handler runs in user space'
"$swtap" -v script.stp >out 2>err &
tap=$!
await 20 grep -q ready out
flood 10000 64
kill -INT "$tap"
wait "$tap" || fail "exit status $?"
want_line out '^total 40000 2560000 2560000 often$'
want_no_line err '^WARNING'
