# SPDX-License-Identifier: GPL-3.0-or-later
. "$LIVE/guest/lib.sh"
# Perf events in the processes of one program only: each page fault of theirs, and nobody else's.
tap -e 'global n, other, all
	probe perf.type(1).config(2).sample(1).process(@1) { if (execname() == "workload") n++; else other++ }
	probe perf.type(1).config(2).sample(1) { if (execname() == "workload") all++ }
	probe end { println(n > 10 ? "faults" : sprint(n), n <= all ? " of " : sprint(" beyond ", all, " of "), "the program, ", other, " of others") }' \
	-c "$workload --ledger ledger calls 2; sleep 0.1; $workload --ledger ledger calls 3" "$workload"
want_status 0
want_quiet
want_text out 'faults of the program, 0 of others'
# Of the target with its descendants; an alias takes the suffix.
tap -e 'global seen probe perf.sw.context_switches.process ?, perf.type(1).config(3).sample(1).process { seen[execname()]++ }
	probe end { foreach (name+ in seen) println(name) }' -c 'sleep 0.1; exit 0'
want_status 0
want_quiet
want_text out 'sh
sleep'
tap -e 'probe perf.type(1).config(2).process { println(1) }'
want_status 1
want_line err 'a process probe without a path needs the command of -c or the process of -x'
