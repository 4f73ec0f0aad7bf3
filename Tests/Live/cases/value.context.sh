# SPDX-License-Identifier: GPL-3.0-or-later
. "$LIVE/guest/lib.sh"
cat >me <<'END'
exec "$1" --ledger ledger --kind unix-stream send 1
END
tap -e 'probe socket.send {
		if (pid() != target()) next
		printf("%s %d %d %d %d %s %s\n", execname(), tid() == pid(), uid(), gid(), ppid() == stp_pid(), name, probefunc() != "" ? "f" : "-")
	}' -c "sh me $workload"
want_status 0
want_quiet
want_line out '^workload 1 0 0 1 socket.send '
