# SPDX-License-Identifier: GPL-3.0-or-later
. "$LIVE/guest/lib.sh"
unshare -m sh -c 'umount /sys/kernel/tracing /sys/kernel/debug 2>/dev/null; "$@"' sh "$swtap" \
	-e 'global n probe socket.send { if (execname() == "workload") n++ } probe end { println(n) }' \
	-c "$workload --ledger ledger send 2" >out 2>err || fail "exit status $?: $(head -n 1 err)"
want_text out "$(grep -c '^op=send' ledger)"
