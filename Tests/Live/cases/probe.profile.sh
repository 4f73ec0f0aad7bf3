# SPDX-License-Identifier: GPL-3.0-or-later
. "$LIVE/guest/lib.sh"
# Each processor fires for itself: two of them at 100 Hz for two seconds.
tap -v -e 'global n[4], types probe timer.profile.freq.hz(100) { n[cpu()]++; types = probe_type() }
    probe end { printf("%d %d %s\n", n[0], n[1], types) }' -T 2
want_status 0
want_line out '^[0-9]+ [0-9]+ profile_timer$'
read -r first second kind <out
[ "$first" -ge 100 ] && [ "$first" -le 230 ] || fail "processor 0 fired $first times"
[ "$second" -ge 100 ] && [ "$second" -le 230 ] || fail "processor 1 fired $second times"
want_line err "^ +$((first + second)) +$((first + second)) +0 +0 +0 +[0-9]+ +[0-9]+  timer.profile.freq.hz\(100\)\$"
tap -e 'global n probe timer.profile { if (pid() == target()) n++ } probe end { println(n > 20 ? "ticks" : sprint(n)) }' -c 'timeout 1 sh -c "while :; do :; done"'
want_line out '^ticks$|^[0-9]+$'
tap --explain -e 'probe timer.profile.tick { if (cpu() == 1) println(pid()) }'
want_status 0
want_line out 'captured by perf event'
want_line out 'filtered in the kernel'
