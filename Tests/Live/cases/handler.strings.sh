# SPDX-License-Identifier: GPL-3.0-or-later
. "$LIVE/guest/lib.sh"
# Handlers in the kernel make, keep and compare strings: names of families, addresses, formats, the last one of each.
cat >script.stp <<'END'
global bytes, peers, last, longest
probe begin { println("ready") }
probe socket.send {
    if (execname() != "workload" || !success) next
    bytes[execname(), sock_fam_num2str(family)] += size
    if (family == 2) peers[sprintf("%s:%s %d", saddr, daddr, size)]++
    if (strlen(name) > strlen(longest)) longest = name . "/" . substr(probefunc() . "123456789", 0, 3)
    last[tid()] = sock_prot_num2str(protocol)
}
probe end {
    foreach ([name, family] in bytes+) printf("%s %s %d\n", name, family, bytes[name, family])
    foreach (peer in peers) printf("peer %s %d\n", peer, peers[peer])
    foreach (thread in last) printf("last %s\n", last[thread])
    println("longest ", longest)
}
END
tap --explain script.stp
want_line out 'runs in the kernel by'
want_no_line out 'its handler runs in user space'
"$swtap" -v script.stp >out 2>err &
tap=$!
await 20 grep -q ready out
"$workload" --totals --kind tcp4,unix-stream send 5 || fail "the workload failed"
kill -INT "$tap"
wait "$tap" || fail "exit status $?"
want_line out '^workload LOCAL [0-9]+$'
want_line out '^workload INET [0-9]+$'
want_line out '^peer 127\.0\.0\.1:127\.0\.0\.1 [0-9]+ [0-9]+$'
want_line out '^last (IP|TCP)$'
want_line out '^longest socket\.send/...$'
want_no_line err '^WARNING'
