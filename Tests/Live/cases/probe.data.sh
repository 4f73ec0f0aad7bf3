# SPDX-License-Identifier: GPL-3.0-or-later
. "$LIVE/guest/lib.sh"
# jiffies is written by the kernel itself, once for each tick.
tap -e 'global n, kind probe kernel.data("jiffies_64").length(8).write { n++; kind = probe_type() }
    probe end { printf("%s %d\n", kind, n) }' -T 2
want_status 0
want_line out '^hardware_data_breakpoint [0-9]+$'
read -r _ count <out
[ "$count" -ge 100 ] && [ "$count" -le 700 ] || fail "jiffies_64 was written $count times in two seconds"
tap -e 'probe kernel.data("no_such_symbol").rw { println(1) }'
want_status 1
want_line err "^semantic error: the kernel's symbol table does not tell an address of this name: identifier 'data' at :1:14"
tap --explain -e 'probe kernel.data("jiffies_64").rw { println(1) }'
want_line out 'captured by perf event'
