# SPDX-License-Identifier: GPL-3.0-or-later
. "$LIVE/guest/lib.sh"
tap -e 'global n probe kernel.function("unix_*_sendmsg") { if (pid() == target()) n[ppfunc()]++ }
	probe end { foreach (f+ in n) println(f, " ", n[f]) }' -c "$workload --ledger ledger send 2"
want_status 0
want_quiet
want_line out '^unix_dgram_sendmsg 4$'
want_line out '^unix_seqpacket_sendmsg 2$'
want_line out '^unix_stream_sendmsg 2$'
