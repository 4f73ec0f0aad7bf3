# SPDX-License-Identifier: GPL-3.0-or-later
. "$LIVE/guest/lib.sh"
# One program for the handlers of many functions, which are told apart where that matters.
script='global n, names probe kernel.function("unix_[ds]*") { if (pid() == target()) { n++; names[ppfunc()]++ } }
    probe end { foreach (f in names) sum += names[f]; println(n == sum ? "same" : "other", " ", names["unix_stream_sendmsg"], " ", names["unix_dgram_sendmsg"]) }'
tap -e "$script" -c "$workload --ledger ledger send 2"
want_status 0
want_line out '^same 2 4$'
script='global n probe kernel.function("unix_*_sendmsg"), kernel.function("unix_*_recvmsg"), kernel.function("unix_[abc]*") { if (pid() == target()) n[pid()]++ }
    probe end { println("calls ", n[target()]) }'
tap -v --explain -e "$script"
if [ "$KERNEL" != 6.1 ]; then want_line out 'runs in the kernel by kprobe.multi, with [0-9]+ others'; fi
tap -v -e "$script" -c "$workload --ledger ledger send 2"
want_status 0
want_no_line err '^WARNING'
calls=$(sed -n 's/^calls //p' out)
# The account of all functions has the same number of handled events.
handled=$(awk '$8 ~ /^kernel.function/ { sum += $2 } END { print sum }' err)
want_equal "$handled" "$calls" 'handled events'
[ "$calls" -ge 8 ] || fail "only $calls calls"
