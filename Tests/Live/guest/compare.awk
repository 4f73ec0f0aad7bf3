# SPDX-License-Identifier: GPL-3.0-or-later
#
# usage: awk -f compare.awk aliases=events|layers LEDGER EVENTS
#
# The events are those of the processes that the ledger names. Both sides become keys "alias family type protocol state value tid". What the ledger says must be among the events
# as often, and nothing else: except for what the kernel does on its own (note=internal), which may be there or not, but
# not as a receive, and what never reaches the socket (note=unseen), which must not.

BEGIN { FS = "\t" }

function field(name,   i) {
    for (i = 1; i <= NF; i++) if (index($i, name "=") == 1) return substr($i, length(name) + 2)
    return ""
}

function expect(alias, value, state,   key) {
    key = alias " " family " " type " " protocol " " state " " value
    if (note == "internal") { may[key " " tid]++; return }
    wanted++
    if (tid == 0) { anyone[key]++; return }
    # By the time io_uring asks for the second time, the connection is being made.
    if (path == "uring_connect") { anystate[alias " " family " " type " " protocol " " value " " tid]++; return }
    must[key " " tid]++
    if (checks_addresses(alias)) { local[key " " tid, must[key " " tid]] = address("local"); peer[key " " tid, must[key " " tid]] = address("peer") }
}

function checks_addresses(alias) { return alias == "socket.send" || alias == "socket.receive" }

# As the tapset writes it; "" when the ledger does not know.
function address(name,   text) {
    text = field(name)
    if (text == "-") return ""
    if (family == 2) { sub(/:/, " ", text); return text }
    if (family == 10) {
        if (text !~ /^\[::1?\]:/) return ""
        sub(/^\[::1\]:/, "0000:0000:0000:0000:0000:0000:0000:0001 ", text)
        sub(/^\[::\]:/, "0000:0000:0000:0000:0000:0000:0000:0000 ", text)
        return text
    }
    return name == "local" ? text : ""
}

function events(op, result) {
    if (op == "send" || op == "receive") expect("socket." op, result, state)
    else if (op == "create") expect("socket.create", result, -1)
    else if (op == "accept" || op == "connect") expect("socket." op, result, state)
    else if (op == "close" || op == "bind" || op == "listen" || op == "shutdown") expect("socket." op, 0, state)
}

function both(alias, result) {
    expect(alias, field("asked"), state)
    expect(alias ".return", result, state)
}

function layers(op, result,   splices) {
    # A read() of nothing gets as far as the file interface.
    if (note == "unseen") { if (op == "receive" && path == "read" && result == 0) { both("socket.read_iter", 0); both("socket.readv", 0) } return }
    if (op == "send") {
        both("socket.sendmsg", result)
        if (path ~ /write/ || path == "aio") both("socket.write_iter", result)
        if (path ~ /^p?writev?2?$/) both("socket.writev", result)
        if (path ~ /^aio|^uring_write/) both("socket.aio_write", result)
    } else if (op == "receive") {
        both("socket.recvmsg", result)
        splices = path == "splice" && !(type == 1 && (family == 1 || family == 2 || family == 10))
        if (path ~ /read/ || path == "aio" || splices) both("socket.read_iter", result)
        if (path ~ /^p?readv?2?$/ || splices) both("socket.readv", result)
        if (path ~ /^aio|^uring_read/) both("socket.aio_read", result)
    } else if (op == "create") expect("socket.create", 0, -1)
    else if (op == "accept" || op == "connect") expect("socket." op, 0, state)
    else if (op == "close") { family = type = protocol = -1; expect("socket.close.return", 0, -1) }
}

FNR == 1 { file++ }
file == 1 && /^op=/ {
    note = field("note")
    family = field("family"); type = field("type"); protocol = field("protocol"); tid = field("tid")
    path = field("path")
    if (tid) ours[tid] = 1
    state = field("state")
    result = field("result")
    if (aliases == "layers") layers(field("op"), result)
    else if (note != "unseen" && !(note == "internal" && field("op") == "receive")) events(field("op"), result)
    operations++
    next
}
file == 1 { next }

{
    if (!($7 in ours) && !($10 in ours)) next
    total++
    if (NF != 10) { complain("not an event: " $0); next }
    general = $1 " " $2 " " $3 " " $4 " " $5 " " $6
    key = general " " $7
    if (must[key] > 0) {
        if (checks_addresses($1)) compare_addresses(key, ++used[key])
        must[key]--
        matched++
    } else if (anyone[general] > 0) { anyone[general]--; matched++ }
    else if (anystate[$1 " " $2 " " $3 " " $4 " " $6 " " $7] > 0) { anystate[$1 " " $2 " " $3 " " $4 " " $6 " " $7]--; matched++ }
    else if (may[key] > 0) may[key]--
    else if ($6 == -4) restarted[$1 " " $7]++
    else if (restarted[$1 " " $7] > 0 && matches_in_another_state()) { restarted[$1 " " $7]--; matched++ }
    else complain("not in the ledger: " key)
}

# The kernel interrupts a call for purposes of its own, such as io_uring's, and restarts it: the caller never learns of
# it. The second call may find the socket in another state.
function matches_in_another_state(   s, key) {
    for (s = 0; s <= 4; s++) {
        key = $1 " " $2 " " $3 " " $4 " " s " " $6 " " $7
        if (must[key] > 0) { must[key]--; return 1 }
    }
    return 0
}

# Operations with equal keys come in the ledger's order within a thread.
function compare_addresses(key, n) {
    if (local[key, n] != "" && local[key, n] != $8) complain("local address " $8 ", not " local[key, n] ": " key)
    if (peer[key, n] != "" && peer[key, n] != $9) complain("peer address " $9 ", not " peer[key, n] ": " key)
}

function complain(text) {
    bad++
    if (bad <= 12) print text
}

END {
    for (key in must) if (must[key] > 0) complain("missing " must[key] " times: " key)
    for (key in anyone) if (anyone[key] > 0) complain("missing " anyone[key] " times, by a worker: " key)
    for (key in anystate) if (anystate[key] > 0) complain("missing " anystate[key] " times, in any state: " key)
    if (!operations) complain("the ledger is empty")
    if (bad) { print bad " differences, " matched + 0 " of " wanted + 0 " as expected, " total + 0 " events"; exit 1 }
    print "all " wanted " as expected"
}
