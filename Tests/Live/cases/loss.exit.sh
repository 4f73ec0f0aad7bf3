# SPDX-License-Identifier: GPL-3.0-or-later
. "$LIVE/guest/lib.sh"
# exit() in the midst of a flood: handlers that run on other CPUs at that moment end their work, whether here or in the
# kernel, and no event is lost or said to be.
flood() { echo "$workload --totals --ledger /dev/null flood 3000 64"; }
for place in --no-feature=handlers --color=never --no-feature=handlers --color=never; do
    tap -v "$place" -e 'global n probe socket.send { println(pid()); if (++n >= 400) exit() }' \
        -c "$(flood) & $(flood) & $(flood) & $(flood) & wait; true"
    want_status 0
    want_no_line err 'WARNING'
    want_account err >/dev/null
    read -r fired handled lost <sums
    want_equal "$(grep -c '^[0-9]*$' out)" "$handled" "lines printed"
    [ "$handled" -ge 400 ] || fail "only $handled of $fired events handled, $lost lost"
done
