# SPDX-License-Identifier: GPL-3.0-or-later
. "$LIVE/guest/lib.sh"
tap -F -o out.txt -e 'probe kernel.trace("sched_process_exec") { println(kernel_string($bprm->filename)) } probe end { println("end") }'
want_status 0
id=$(cat out)
kill -0 "$id" || fail "no process $id"
/bin/true
sleep 0.2
kill -TERM "$id"
await 10 grep -qx end out.txt
grep -q /bin/true out.txt || fail "/bin/true is missing: $(cat out.txt)"
tap -F -o out.txt -e 'probe kernel.function("no_such_function") { println(1) }'
want_status 1
