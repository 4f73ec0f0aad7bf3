# SPDX-License-Identifier: GPL-3.0-or-later
. "$LIVE/guest/lib.sh"
# What the caller handed over, though the function has changed it since: the kernel uses up the iterator.
tap -e 'probe kernel.function("unix_stream_sendmsg").return {
	if (pid() == target()) println(@entry($msg->msg_iter->count), " ", @cast(@entry($msg), "msghdr")->msg_iter->count) }' \
	-c "$workload --ledger ledger --kind unix-stream send 1"
want_status 0
want_quiet
want_text out "100 0"
