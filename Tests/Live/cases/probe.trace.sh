# SPDX-License-Identifier: GPL-3.0-or-later
. "$LIVE/guest/lib.sh"
tap -e 'probe kernel.trace("sched_process_exec") { if (pid() == target()) println(kernel_string($bprm->filename)) }' -c /bin/true
want_status 0
want_quiet
want_text out /bin/true
