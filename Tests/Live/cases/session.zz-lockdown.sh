# SPDX-License-Identifier: GPL-3.0-or-later
. "$LIVE/guest/lib.sh"
# The last case: there is no way back.
file=/sys/kernel/security/lockdown
grep -q '\[none\].*confidentiality' $file 2>/dev/null || skip "no lockdown to switch on here"
echo confidentiality >$file || skip "lockdown cannot be switched on"
tap -e 'probe socket.create { println(family) }' -c true
want_status 1
want_line err 'lockdown'
