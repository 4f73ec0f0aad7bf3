# SPDX-License-Identifier: GPL-3.0-or-later
. "$LIVE/guest/lib.sh"
status=0
"$swtap" -e 'probe begin { println("text"); exit() }' >/dev/full 2>err || status=$?
: >out
[ $status -ne 0 ] || fail "exit status 0 though nothing could be written"
want_line err '[Nn]o space left'
mkdir small
mount -t tmpfs -o size=64k tmpfs small || skip "no tmpfs"
tap -o small/file -e 'probe begin { for (i = 0; i < 5000; i++) println("a line that is long enough to fill the disk soon ", i); exit() }'
umount small
[ $status -ne 0 ] || fail "exit status 0 though the disk was full"
want_line err '[Nn]o space left'
