# SPDX-License-Identifier: GPL-3.0-or-later
. "$LIVE/guest/lib.sh"
# -x follows a process that is already there, and does not end with it.
"$workload" --wait --ledger ledger send 5 2>pid &
await 5 grep -q '^pid ' pid
id=$(sed -n 's/^pid //p' pid)
"$swtap" -x "$id" -e 'global n probe begin { println("ready") } probe socket.send { if (pid() != target()) next; n++ } probe end { println("sent ", n) }' >out 2>err &
tap=$!
await 10 grep -q ready out
kill -USR1 "$id"
await 10 test -s ledger
sleep 0.3
kill -0 "$tap" || fail "swtap ended with the process"
kill -INT "$tap"
status=0
wait "$tap" || status=$?
want_status 0
want_line out "^sent $(grep -c '^op=send' ledger)\$"
