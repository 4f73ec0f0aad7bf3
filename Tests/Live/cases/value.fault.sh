# SPDX-License-Identifier: GPL-3.0-or-later
. "$LIVE/guest/lib.sh"
# A read that fails stops the handler where SystemTap would have.
tap -e 'probe kernel.function("unix_stream_sendmsg") { if (pid() == target()) println(@cast(8, "socket")->type) }' \
	-c "$workload --ledger ledger --kind unix-stream send 1"
want_status 1
want_line err '^ERROR: read fault .*0x'
