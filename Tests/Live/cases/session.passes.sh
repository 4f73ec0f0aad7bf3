# SPDX-License-Identifier: GPL-3.0-or-later
. "$LIVE/guest/lib.sh"
for pass in 1 2 3 4; do
	tap -p$pass -e 'probe socket.send { println(size) }'
	want_status 0
	want_quiet
	[ -s out ] || fail "pass $pass prints nothing"
done
