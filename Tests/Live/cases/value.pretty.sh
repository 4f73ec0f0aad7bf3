# SPDX-License-Identifier: GPL-3.0-or-later
. "$LIVE/guest/lib.sh"
tap -e 'probe kernel.function("unix_stream_sendmsg") { if (pid() != target()) next; println($$parms); println($sock$) }' \
	-c "$workload --ledger ledger --kind unix-stream send 1"
want_status 0
want_quiet
want_line out '^sock=0xffff[0-9a-f]* msg=0xffff[0-9a-f]* len=0x64$'
want_line out '^\{\.state=3, \.type=1, \.flags='
