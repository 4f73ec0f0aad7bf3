# SPDX-License-Identifier: GPL-3.0-or-later
. "$LIVE/guest/lib.sh"
# The same tracepoint by names and by position.
tap -e 'probe kernel.trace("sched_process_exec") { if (pid() == target()) println("name ", $old_pid) }
    probe kernel.tracepoint("sched_process_exec") { if (pid() == target()) println("position ", $arg2, " ", probe_type()) }' -c /bin/true
want_status 0
want_quiet
want_line out '^name [0-9]+$'
want_line out '^position [0-9]+ kernel_tracepoint$'
[ "$(sed -n 's/^name //p' out)" = "$(sed -n 's/^position \([0-9]*\) .*/\1/p' out)" ] || fail "the two differ: $(cat out)"
tap -e 'probe kernel.tracepoint("no_such_thing") { println(1) }'
want_status 1
want_line err 'no match'
tap -l 'kernel.trace("sched:sched_process_*")'
want_line out '^kernel.trace\("sched:sched_process_exec"\)$'
