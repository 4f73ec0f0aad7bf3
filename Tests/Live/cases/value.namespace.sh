# SPDX-License-Identifier: GPL-3.0-or-later
. "$LIVE/guest/lib.sh"
# Ids in the namespaces of another process, which sees itself as number 1. Its children are known by their parent: a
# shell that starts its own programs has them named "exe" at exec. One that was there before the probes and has ended
# before it is looked at has no number any more, so the first that has one is taken.
unshare -p -f sh -c 'while :; do sleep 0.5; done' &
outer=$!
await 5 grep -q . "/proc/$outer/task/$outer/children"
inner=$(tr -d ' ' <"/proc/$outer/task/$outer/children")
script='probe process.begin {
	if (ppid() != target() || !ns_pid()) next
	printf("%d %d %d %d\n", ns_pid() > 1 && ns_pid() != pid(), ns_ppid(), ns_tid() == ns_pid(), ns_pid() == task_ns_pid(task_current()))
	exit()
}'
tap --target-namespaces "$inner" -x "$inner" -e "$script"
want_status 0
want_quiet
want_text out '1 1 1 1'
# Without the option they are those of swtap; the process is seen from outside.
tap -x "$inner" -e 'probe process.begin { if (ppid() != target() || !ns_pid()) next; println(ns_pid() == pid(), ns_ppid() == target()); exit() }'
want_status 0
want_text out 11
# Who is not in the namespace has no number there.
tap --target-namespaces "$inner" -e 'probe process.end { println(ns_pid(), " ", ns_tid()) }' -c true
want_status 0
want_quiet
want_text out '0 0'
# The namespace outlives the process that it was asked for by.
tap --target-namespaces "$inner" -e 'probe process.end { println(ns_pid(), " ", ns_uid()) }' -c "kill -KILL $inner $outer; sleep 0.3; true"
want_status 0
want_line out '^0 0$'
# Users by the map of their namespace: the first user is 1000 there, groups are not mapped.
unshare -U sleep 30 &
mapped=$!
await 5 sh -c "[ \"\$(readlink /proc/$mapped/ns/user)\" != \"\$(readlink /proc/self/ns/user)\" ]"
echo 1000 0 1 >"/proc/$mapped/uid_map"
tap --target-namespaces "$mapped" -e 'probe process.end { println(ns_uid(), " ", ns_euid(), " ", ns_gid(), " ", uid()) }' -c true
kill "$mapped"
want_status 0
want_quiet
want_text out '1000 1000 65534 0'
tap --target-namespaces 4194303 -e 'probe begin { exit() }'
want_status 1
want_line err "Invalid process ID '4194303' for --target-namespaces."
