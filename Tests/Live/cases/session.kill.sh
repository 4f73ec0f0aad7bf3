# SPDX-License-Identifier: GPL-3.0-or-later
. "$LIVE/guest/lib.sh"
# After SIGKILL in the middle nothing of ours is in the kernel.
before=$(bpf_objects)
"$swtap" -e 'probe begin { println("ready") } probe socket.send, socket.receive, socket.create { println(name) }' >out 2>err &
tap=$!
await 10 grep -q ready out
"$workload" --ledger ledger send 5
[ "$(bpf_objects)" != "$before" ] || fail "bpftool does not see the programs of a running swtap"
kill -KILL "$tap"
wait "$tap"
await 10 sh -c '. "$LIVE/guest/lib.sh"; [ "$(bpf_objects)" = "$1" ]' sh "$before"
