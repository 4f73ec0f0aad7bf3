# SPDX-License-Identifier: GPL-3.0-or-later
. "$LIVE/guest/lib.sh"
# Ctrl-C: the probes go off, what was recorded is handled, then end probes, then globals.
"$swtap" -e 'global sent, other = 1 probe begin { println("ready") } probe socket.send { if (execname() == "workload") sent++ }
	probe end { println("end") }' >out 2>err &
tap=$!
await 10 grep -q ready out
"$workload" --ledger ledger send 5
kill -INT "$tap"
status=0
wait "$tap" || status=$?
want_status 0
want_text out "ready
end
sent=$(grep -c '^op=send' ledger)"
