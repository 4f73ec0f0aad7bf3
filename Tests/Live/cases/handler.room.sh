# SPDX-License-Identifier: GPL-3.0-or-later
. "$LIVE/guest/lib.sh"
# An array that drops its oldest elements, in handlers of the kernel: the last ones are there, in their order.
cat >script.stp <<'END'
global sent%[7], number
probe begin { println("ready") }
probe socket.send { if (execname() == "workload" && success) sent[number++] = size }
probe end {
    foreach (n in sent) { count++; sum += sent[n]; gap += n - last != 1 && count > 1; last = n }
    println("last ", last == number - 1 ? "there" : "missing", " ", count, " ", sum, " ", gap)
}
END
tap --explain script.stp
want_line out 'runs in the kernel by'
want_no_line out 'its handler runs in user space'
"$swtap" -v script.stp >out 2>err &
tap=$!
await 20 grep -q ready out
"$workload" --totals flood 1000 64 || fail "the workload failed"
kill -INT "$tap"
wait "$tap" || fail "exit status $?"
want_line out '^last there 7 448 0$'
want_no_line err '^WARNING'
