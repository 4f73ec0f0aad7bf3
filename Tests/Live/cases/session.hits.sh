# SPDX-License-Identifier: GPL-3.0-or-later
. "$LIVE/guest/lib.sh"
# Hits are those of the kernel, with what it filtered.
tap -t -e 'global n probe kernel.trace("sched_process_fork") { if (pid() == target()) n++ } probe end { println("forks ", n) }' \
    -c '(true); (true); (true); exit 0'
want_status 0
want_line out '^----- probe hit report: $'
want_line out '^kernel.trace\("sched:sched_process_fork"\), \(<input>:1:16\), hits: [0-9]+, cycles: [0-9]+min/[0-9]+avg/[0-9]+max, variance: [0-9]+, from: kernel.trace\("sched_process_fork"\), index: 0, in the kernel: [0-9]+ ns$'
hits=$(sed -n 's/^kernel.trace.* hits: \([0-9]*\),.*/\1/p' out)
[ "$hits" -ge "$(sed -n 's/^forks //p' out)" ] || fail "$hits hits, $(cat out)"
want_line out '^end, .* hits: 1, '
