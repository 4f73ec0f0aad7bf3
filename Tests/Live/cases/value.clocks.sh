# SPDX-License-Identifier: GPL-3.0-or-later
. "$LIVE/guest/lib.sh"
# Ticks and cycles at the events of the kernel go with its time, and with what is read in user space.
cat >me <<'EOF'
"$1" --ledger ledger --kind unix-stream send 1
sleep 1
exec "$1" --ledger ledger --kind unix-stream send 1
EOF
tap -e 'global j, c, t, n
	probe begin { j = jiffies(); c = get_cycles(); t = local_clock_us() }
	probe socket.send {
		if (execname() != "workload") next
		if (n++) printf("event %d %d %d\n", (jiffies() - j) * 1000 / HZ(), (get_cycles() - c) / 1000, local_clock_us() - t)
		j = jiffies(); c = get_cycles(); t = local_clock_us()
	}
	probe end { printf("end %d %d %d\n", (jiffies() - j) * 1000 / HZ(), (get_cycles() - c) / 1000, local_clock_us() - t) }' \
    -c "sh me $workload"
want_status 0
want_quiet
want_line out '^event [0-9]+ [0-9]+ [0-9]+$'
awk '
	$1 == "event" {
		if ($2 < 900 || $4 < 900000 || $4 > 60000000) bad = "the second between the events: " $0
		if ($2 * 1000 - $4 > 50000 || $4 - $2 * 1000 > 50000) bad = "ticks against time: " $0
		rate = $3 / $4
	}
	# What remains after the last event is short, and was never negative.
	$1 == "end" && ($2 < 0 || $3 < 0 || $4 < 0) { bad = "time goes back: " $0 }
	END {
		if (rate < 0.001) bad = "cycles stand still"
		if (bad) { print bad; exit 1 }
	}' out || { show; fail "clocks"; }
