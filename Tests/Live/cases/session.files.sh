# SPDX-License-Identifier: GPL-3.0-or-later
. "$LIVE/guest/lib.sh"
# procfs probes beside probes of the kernel: the reader gets the state of its moment.
export D=/run/swtap/counts
unset XDG_RUNTIME_DIR
tap -v -m counts -e 'global n probe kernel.trace("sched_process_fork") { if (pid() == target()) n++ }
    probe procfs.read { $value = sprintf("%d\n", n) } probe procfs("reset").write { if ($value == "now\n") n = 0 }' \
    -c 'true; (true); (true); cat $D/command; echo now >$D/reset; sleep 0.3; cat $D/command; ls $D | wc -l'
want_status 0
want_line err '^procfs.read is /run/swtap/counts/command$'
[ "$(sed -n 1p out)" -ge 2 ] || fail "counted $(sed -n 1p out)"
[ "$(sed -n 2p out)" -lt "$(sed -n 1p out)" ] || fail "not reset: $(cat out)"
want_equal "$(sed -n 3p out)" 2 files
[ ! -e $D ] || fail "$D is still there"
# Several readers.
tap -m counts -e 'probe procfs("x").read { $value = "whole\n" }' -c 'for i in 1 2 3 4 5; do cat $D/x; done'
want_equal "$(grep -cx whole out)" 5 readers
# Two signals end it at once, and still nothing stays.
"$swtap" -m counts -e 'probe procfs("a/b").read { $value = "x" } probe end { system("sleep 30") println("ending") }' >out 2>err &
tap=$!
await 10 test -p $D/a/b
kill -INT $tap
await 10 grep -q ending out
kill -INT $tap
wait $tap
await 5 test ! -e $D
