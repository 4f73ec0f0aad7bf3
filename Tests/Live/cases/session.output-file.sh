# SPDX-License-Identifier: GPL-3.0-or-later
. "$LIVE/guest/lib.sh"
tap -o file -e 'probe begin { println("text"); exit() }'
want_status 0
want_text file text
[ ! -s out ] || fail "standard output is not empty"
