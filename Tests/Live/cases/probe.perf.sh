# SPDX-License-Identifier: GPL-3.0-or-later
. "$LIVE/guest/lib.sh"
# Software counters are everywhere; what they count is known: each new page of a file is a fault.
tap -e 'global n probe perf.sw.context_switches { if (execname() == "sh") n++ } probe end { println("ended", n < 0 ? " negative" : "") }' -c 'sleep 0.1'
want_status 0
want_text out ended
tap -e 'global n, kind probe perf.type(1).config(3).sample(1) { if (pid() == target()) { n++; kind = probe_type() } }
    probe end { printf("%s %s\n", kind, n >= 3 ? "switches" : sprint(n)) }' -c 'sleep 0.1; sleep 0.1; sleep 0.1; sleep 0.1'
want_status 0
want_text out 'perf_event switches'
tap -e 'global n probe perf.type(1).config(0).hz(50) { n++ } probe end { println(n > 20 ? "clock" : sprint(n)) }' -T 1
want_status 0
want_text out clock
# An emulated processor has no counters, and swtap says so.
tap -e 'probe perf.hw.cpu_cycles { println(1) }' -T 1
want_status 1
want_line err '^ERROR: cannot attach perf.type\(0\).config\(0\): the kernel has no such event \(ENOENT\): the processor does not have the counter, or a virtual machine does not pass it on$'
tap -e 'probe perf.type(77).config(1) { println(1) }' -T 1
want_status 1
want_line err '^ERROR: cannot attach perf.type\(77\).config\(1\): the kernel has no such event \(ENOENT\)'
# Where it may fail, the rest goes on.
tap -e 'probe perf.hw_cache.l1d.read.miss ?, begin { println(pp()) } probe timer.ms(50) { exit() }'
want_status 0
want_text out begin
"$swtap" -l 'perf.sw.*' | grep -qx perf.sw.page_faults || fail "perf.sw.page_faults is not listed"
