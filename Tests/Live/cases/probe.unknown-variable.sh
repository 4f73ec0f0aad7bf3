# SPDX-License-Identifier: GPL-3.0-or-later
. "$LIVE/guest/lib.sh"
tap -e 'probe kernel.function("sock_write_iter") { println($iocbb) }'
want_status 1
want_line err 'iocbb'
want_line err 'iocb[^b]'
tap -e 'probe kernel.function("sock_write_iter") { println($iocb->ki_flipp) }'
want_status 1
want_line err 'ki_filp'
