# SPDX-License-Identifier: GPL-3.0-or-later
. "$LIVE/guest/lib.sh"
# A signal to the thread of an event, a line in the kernel's log, and delays that come too late.
tap -g -e 'probe kernel.function("hrtimer_nanosleep") { if (pid() == target()) raise(15) }' -c 'sleep 20'
want_status 1
want_line err '^WARNING: Child process exited with status 143$'
tap -g -e 'probe begin { printk(4, sprintf("swtap says %d", 42)); exit() }'
want_status 0
want_quiet
dmesg | grep -q 'swtap says 42$' || fail "the line is not in the kernel's log"
tap -g -e 'probe kernel.function("hrtimer_nanosleep") { if (pid() == target()) mdelay(5) }' -c 'sleep 0.1'
want_status 1
want_line err '^ERROR: mdelay\(\) cannot delay the kernel: its events are handled after they happened near '
