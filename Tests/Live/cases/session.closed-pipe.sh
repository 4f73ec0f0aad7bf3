# SPDX-License-Identifier: GPL-3.0-or-later
. "$LIVE/guest/lib.sh"
# The reader goes away: swtap notices and ends.
( status=0; timeout 20 "$swtap" -e 'probe timer.ms(20) { println("tick") }' 2>err || status=$?; echo $status >status ) | head -n 2 >out
await 10 test -s status
[ "$(cat status)" -ne 124 ] || fail "swtap went on writing to nobody"
want_line out tick
