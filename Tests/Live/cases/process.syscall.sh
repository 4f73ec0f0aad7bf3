# SPDX-License-Identifier: GPL-3.0-or-later
. "$LIVE/guest/lib.sh"
# The system calls of a command, as many as strace sees. A program's own begin with the return of its execve.
"$workload" --ledger ledger calls 3
strace -f -c -o counts "$workload" --ledger ledger --kind tcp4,unix-dgram sends 2 || skip "no strace"
tap -e 'global enter, leave
	probe process.syscall { enter[$syscall]++ }
	probe process.syscall.return { leave[$syscall]++ }
	probe end { println("sendto ", enter[44], " ", leave[44]); println("sendmsg ", enter[46], " ", leave[46]); println("socket ", enter[41], " ", leave[41]); println("write ", enter[1], " ", leave[1]); println("execve ", enter[59], " ", leave[59]) }' \
	-c "$workload --ledger ledger --kind tcp4,unix-dgram sends 2"
want_status 0
want_quiet
for name in sendto sendmsg socket; do
	count=$(awk -v name=$name '$NF == name { print $4 }' counts)
	want_line out "^$name $count $count\$"
done
want_line out '^execve 0 1$'
