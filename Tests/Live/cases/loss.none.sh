# SPDX-License-Identifier: GPL-3.0-or-later
. "$LIVE/guest/lib.sh"
# A flood is handled to the last event, in order.
tap -v -e 'probe socket.send { if (pid() == target()) println(size) }' -c "$workload --ledger ledger flood 20000 64"
want_status 0
want_equal "$(grep -c '^64$' out)" 20000 "lines printed"
want_no_line err '^WARNING'
