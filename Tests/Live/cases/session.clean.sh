# SPDX-License-Identifier: GPL-3.0-or-later
. "$LIVE/guest/lib.sh"
before=$(bpf_objects)
tap -e 'probe socket.send, socket.create.return { println(name) }' -c "$workload --ledger ledger send 2"
want_status 0
await 10 sh -c '. "$LIVE/guest/lib.sh"; [ "$(bpf_objects)" = "$1" ]' sh "$before"
