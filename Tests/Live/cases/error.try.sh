# SPDX-License-Identifier: GPL-3.0-or-later
. "$LIVE/guest/lib.sh"
# A read of the kernel that fails inside try is caught there, each time, and the handler goes on.
tap -e 'global n
	function wrong(address) { return @cast(address, "socket")->type }
	probe kernel.function("unix_stream_sendmsg") {
		if (pid() != target()) next
		try { println(@cast(8, "socket")->type) } catch (m) { println(substr(m, 0, 10)); n++ }
		try { try { println(wrong(16)) } catch { error("again") } } catch (m) { println(m); n++ }
		println($sock->type)
	}
	probe end { println(n) }' -c "$workload --ledger ledger --kind unix-stream send 2"
want_status 0
want_quiet
want_text out "read fault
again
1
read fault
again
1
4"
