# SPDX-License-Identifier: GPL-3.0-or-later
. "$LIVE/guest/lib.sh"
# Another tool's count of the same calls.
tap -e 'global n probe socket.send { if (execname() == "workload" && success) n++ } probe end { println(n) }' \
	-c "strace -f -o calls -e trace=sendto,sendmsg,sendfile,splice,write $workload --ledger /dev/null --kind tcp4,unix-dgram sendto 20"
want_status 0
want_text out "$(grep -cE 'send(to|msg)\(.*= [0-9]+$' calls)"
