# SPDX-License-Identifier: GPL-3.0-or-later
. "$LIVE/guest/lib.sh"
# time limit: 180 s
# Every line typed is compiled in the emulated guest, a second or two each.
# Probes come and go at the prompt while programs send: what is asked there is what was sent while they ran.
mkfifo keys
"$swtap" -i <keys >out 2>err &
tap=$!
exec 3>keys
type() { printf '%s\n' "$1" >&3; }
# answer TEXT: what the prompt prints from here on to a line of its own
answer() {
    # Called in subshells: the end of an answer is told by the lines before it.
    before=$(wc -l <out)
    type "$1"
    type "println(\"answer $before\")"
    await 20 grep -q "^answer $before\$" out
    tail -n "+$((before + 1))" out | grep -v '^answer'
}

type 'global n, bytes, sizes, last, reports, by'
type 'probe socket.send { if (execname() == "workload" && success) { n++; bytes[execname()] += size; sizes <<< size } }'
await 20 grep -q '^\[2\] running: probe socket.send' err
"$workload" --totals --ledger ledger.1 flood 10000 64 || fail "the workload failed"
want_equal "$(answer n)" 10000 "sent while the probe runs"
want_equal "$(answer bytes)" "key        bytes
workload  640000" "an array as a table"
want_equal "$(answer sizes)" "count  min  avg  max
10000   64   64   64" "statistics as a table"
want_equal "$(answer 'print(@hist_log(sizes))' | grep -c '10000')" 1 "the histogram's one full row"
want_equal "$(answer 'bytes["workload"] / n')" 64 "an expression"

# A timer of another piece sees what the first one adds up in the kernel; while it runs, so does the first.
type 'probe timer.ms(20) { last = n; reports++ }'
await 20 grep -q '^\[3\] running' err
"$workload" --totals --ledger ledger.2 flood 10000 64 &
sender=$!
# A third piece is there for a while only; a function is defined and replaced meanwhile.
type 'function kind(f) { return f }'
type 'probe socket.send { if (execname() == "workload") by[kind(1)]++ }'
await 20 grep -q '^\[5\] running' err
type 'function kind(f) { return 2 * f }'
await 20 grep -q '^\[5\] restarted' err
wait "$sender" || fail "the second workload failed"
"$workload" --totals --ledger ledger.3 flood 100 64 || fail "the third workload failed"
want_equal "$(answer 'by[2] >= 100')" 1 "the function's new meaning"
want_equal "$(answer n)" 20100 "no gap while others come and go"
sleep 0.1
want_equal "$(answer last)" 20100 "what the timer saw"

type 'stop 2'
await 20 grep -q '^\[2\] stopped' err
"$workload" --totals --ledger ledger.4 flood 500 64 || fail "the fourth workload failed"
want_equal "$(answer n)" 20100 "nothing while it is stopped"
type 'start 2'
await 20 sh -c 'grep -c "^\[2\] running" err | grep -q 2'
"$workload" --totals --ledger ledger.5 flood 500 64 || fail "the fifth workload failed"
want_equal "$(answer n)" 20600 "it goes on with its globals"
type 'delete n'
want_equal "$(answer n)" 0 "emptied at the prompt"
"$workload" --totals --ledger ledger.6 flood 300 64 || fail "the sixth workload failed"
want_equal "$(answer n)" 300 "counted anew"

# A mistake leaves all running.
type 'probe kernel.function("no_such_function") { }'
await 20 grep -q '^semantic error: while resolving probe point' err
type 'probe begin { println(1 / 0) }'
await 20 grep -q '^ERROR: division by 0' err
type 'probes'
await 20 grep -Eq '^\[2\] +running +[0-9]+ +0  probe socket.send' err
exec 3>&-
wait "$tap" || fail "exit status $?"
want_line err '^\[2\] stopped'
want_no_line err 'WARNING.*lost'
