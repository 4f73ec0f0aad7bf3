# SPDX-License-Identifier: GPL-3.0-or-later
. "$LIVE/guest/lib.sh"
# Counters of threads: the kernel keeps the number of page faults for each thread itself, which is the truth. A shell and its
# children take turns on the processors.
shell=$(readlink -f /bin/sh)
printf 'for n in 1 2 3 4 5 6 7 8; do (umask 022; : >file$n); done; sleep 0.1; wait\n' >me
tap -e 'global events, wrong, grown, base, before
	probe perf.type(1).config(5).process(@1).counter("faults") {}
	probe perf.sw.cpu_clock.counter("clock") {}
	probe process(@1).syscall, process(@1).syscall.return {
		own = @cast(task_current(), "task_struct")->min_flt
		counted = @perf("faults")
		events++
		if (@perf("clock") <= 0) wrong["clock"]++
		if (!([tid()] in base)) {
			base[tid()] = counted - own
			if (pid() != target() && counted != own) wrong["child"]++
		} else if (counted - own != base[tid()]) wrong[sprint(counted - own - base[tid()])]++
		if (own > before[tid()]) grown++
		before[tid()] = own
	}
	probe end {
		println(events > 100, grown > 20, base[target()] <= 0)
		foreach (what in wrong) println(what, " ", wrong[what])
	}' -c "sh $PWD/me" "$shell"
want_status 0
want_quiet
want_text out 111
# At the return of a function, what it was at its entry.
tap -e 'global n, odd
	probe perf.type(1).config(5).process(@1).counter("faults") {}
	probe process(@1).function("workload_add").return { n++; if (@perf("faults") < @entry(@perf("faults")) || @entry(@perf("faults")) < 0) odd++ }
	probe end { println(n, " ", odd) }' -c "$workload --ledger ledger calls 30" "$workload"
want_status 0
want_quiet
want_text out '30 0'
tap --explain -e 'probe perf.type(1).config(5).counter("c") {} probe process.end { println(@perf("c")) }'
want_status 0
want_line out 'counts to be read by @perf'
tap -e 'probe perf.type(77).config(5).counter("c") {} probe process.end { println(@perf("c")) }' -c true
want_status 1
want_line err '^ERROR: cannot attach perf.type\(77\).config\(5\).counter\("c"\): the kernel has no such event \(ENOENT\)'
