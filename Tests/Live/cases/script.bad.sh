# SPDX-License-Identifier: GPL-3.0-or-later
. "$LIVE/guest/lib.sh"
mkdir directory
tap directory
want_status 1
want_line err directory
: >empty.stp
tap empty.stp
want_status 1
want_line err 'empty'
tap missing.stp
want_status 1
want_line err 'missing'
tap -e 'probe begin { x = }'
want_status 1
want_line err 'parse error'
