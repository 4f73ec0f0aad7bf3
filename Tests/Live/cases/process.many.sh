# SPDX-License-Identifier: GPL-3.0-or-later
. "$LIVE/guest/lib.sh"
# Many functions of one program: the prompt is back soon after the last line, and nothing stays in the kernel.
before=$(bpf_objects)
count=$("$swtap" -l "process(\"$workload\").function(\"_IO_*\")" | wc -l)
[ "$count" -ge 37 ] || fail "the workload has only $count functions of this name"
tap -e 'global n probe process(@1).function("_IO_*") { n++ }
	probe end { println(n > 0) system("cut -d. -f1 /proc/uptime >ended") }' -c "$workload --ledger ledger calls 3" "$workload"
now=$(cut -d. -f1 /proc/uptime)
want_status 0
want_quiet
want_text out 1
[ $((now - $(cat ended))) -le 3 ] || fail "took $((now - $(cat ended))) s to end after the last line, with $count functions"
await 40 sh -c '. "$LIVE/guest/lib.sh"; [ "$(bpf_objects)" = "$1" ]' sh "$before"
"$workload" --ledger ledger calls 3 || fail "the program does not run any more"
# Where the kernel has links for it, they are used; without them perf events do.
tap --explain -e 'probe process(@1).function("workload_add") { println(1) }' "$workload"
case $KERNEL in
6.1) want_line out 'not by uprobe.multi: the kernel has no uprobe.multi links' && want_line out 'captured by uprobe$' ;;
*) want_line out 'captured by uprobe.multi$' ;;
esac
for without in uprobe-multi fentry; do
	tap --no-feature "$without" -e 'global n probe process(@1).function("workload_add") { n++ }
		probe process(@1).function("workload_add").return { if (returnval() == 3 * @entry(long_arg(1))) n++ }
		probe process(@1).mark("add") { n++ }
		probe end { println(n) }' -c "$workload --ledger ledger calls 7" "$workload"
	want_status 0
	want_quiet
	want_text out 21
done
