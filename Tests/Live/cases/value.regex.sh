# SPDX-License-Identifier: GPL-3.0-or-later
. "$LIVE/guest/lib.sh"
# Strings of the kernel's events are matched as those of begin.
tap -e 'probe socket.send {
		if (execname() !~ "^work(load|er)$") next
		printf("%s %s %d\n", matched(0), matched(1), ngroups())
	}' -c "$workload --ledger ledger --kind unix-stream send 1"
want_status 0
want_quiet
want_text out 'workload load 2'
