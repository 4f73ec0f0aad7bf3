# SPDX-License-Identifier: GPL-3.0-or-later
. "$LIVE/guest/lib.sh"
# Entry values of many threads in the same function at once.
tap -e 'global bad, good probe kernel.function("unix_stream_read_generic").return {
		if (pid() != target()) next
		if (@entry(tid()) != tid()) bad++; else good++
	} probe end { println(bad, " ", good > 0) }' -c "$workload --ledger ledger --kind unix-stream threads 32 20"
want_status 0
want_text out "0 1"
