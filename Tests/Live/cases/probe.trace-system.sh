# SPDX-License-Identifier: GPL-3.0-or-later
. "$LIVE/guest/lib.sh"
tap -e 'probe kernel.trace("sched:sched_process_exit") { if (pid() == target()) println($p->pid == tid()) }' -c /bin/true
want_status 0
want_quiet
want_text out 1
