# SPDX-License-Identifier: GPL-3.0-or-later
. "$LIVE/guest/lib.sh"
"$swtap" -o 'log.%Y' -e 'probe begin { println("one") } probe end { println("two") }' 2>err &
tap=$!
year=$(date +%Y)
await 10 grep -q one "log.$year"
kill -USR2 $tap
await 10 test -e "log.$year.1"
kill -INT $tap
wait $tap || fail "status $?"
want_equal "$(cat "log.$year.1")" two
