#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# The demo itself: a small web server and its clients, traced by one-liners. Runs on the host or in a guest.
set -u
swtap=${SWTAP:-swtap}
directory=$(mktemp -d)
cd "$directory" || exit 1
echo 'hello from the demo' >index.html

# Programs under their own names, so that execname() tells them apart; busybox has them all.
mkdir bin
for name in httpd wget nc ping nslookup; do ln -s "$(command -v busybox)" "bin/$name"; done
PATH=$directory/bin:$PATH

httpd -f -p 127.0.0.1:8080 -h "$directory" &
server=$!
# What is traced: HTTP clients, a refused connection, a ping, a resolver without a server.
cat >work.sh <<'W'
for i in 1 2; do wget -q -O /dev/null http://127.0.0.1:8080/index.html; done
nc -w 1 127.0.0.1 9 </dev/null 2>/dev/null
ping -c 1 127.0.0.1 >/dev/null
nslookup example.org 127.0.0.1 >/dev/null 2>&1 &
sleep 1; kill $! 2>/dev/null
true
W
sleep 1

demo() {
    printf '\n\033[1m$ swtap'
    for word in "$@"; do case $word in -*) printf ' %s' "$word" ;; *) printf " '%s'" "$word" ;; esac; done
    printf '\033[0m\n'
    "$swtap" "$@" 2>&1
}

demo -e 'probe socket.create { if (requester == 0) printf("%s(%d) %s %s %s\n", execname(), pid(), sock_fam_num2str(family), sock_type_num2str(type), sock_prot_num2str(protocol)) }' -c 'sh work.sh'
demo -e 'probe socket.send, socket.receive { if (success) printf("%-8s %-14s %5d bytes %s %s\n", execname(), name, size, sock_fam_num2str(family), sock_prot_num2str(protocol)) }' -c 'sh work.sh'
demo -e 'probe socket.send { if (protocol == 6) printf("%-8s %s:%d -> %s:%d %d bytes\n", execname(), saddr, sport, daddr, dport, size) }' -c 'sh work.sh'
demo -e 'probe socket.connect.return { if (!success) printf("%s(%d) connect %s:%d: %s\n", execname(), pid(), daddr, dport, errno_str(err)) }' -c 'sh work.sh'
demo -e 'global bytes; probe socket.send { if (success) bytes[execname()] += size } probe end { foreach (n in bytes-) printf("%-16s %d\n", n, bytes[n]) }' -c 'sh work.sh'
demo -v -e 'global calls; probe socket.close { calls[execname()]++ }' -c 'sh work.sh'

kill "$server"
rm -rf "$directory"
