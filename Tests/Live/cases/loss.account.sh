# SPDX-License-Identifier: GPL-3.0-or-later
. "$LIVE/guest/lib.sh"
# While swtap is stopped a small buffer runs over: every event is accounted for, and the loss is said.
"$swtap" -v -s 1 -e 'probe begin { println("ready") } probe socket.send { if (execname() == "workload") println("sent") }' >out 2>err &
tap=$!
await 20 grep -q ready out
sleep 0.3
kill -STOP "$tap"
"$workload" --ledger ledger flood 60000 64
kill -CONT "$tap"
sleep 0.5
kill -INT "$tap"
status=0
wait "$tap" || status=$?
want_status 0
want_line err '^WARNING: [0-9]+ events? lost: the event buffer was full'
want_account err >/dev/null
read -r fired handled lost <sums
[ "$lost" -gt 0 ] || fail "nothing was lost"
[ "$fired" -ge 60000 ] || fail "only $fired events fired"
want_equal "$(grep -c '^sent$' out)" "$handled" "lines printed"
