# SPDX-License-Identifier: GPL-3.0-or-later
. "$LIVE/guest/lib.sh"
# Nothing stays in the kernel, and programs run on unharmed.
before=$(bpf_objects)
tap -e 'global n probe process(@1).function("workload_*").call, process(@1).begin, process.syscall, process.end { n++ }' \
	-c "$workload --ledger ledger calls 10" "$workload"
want_status 0
want_quiet
await 5 sh -c '. "$LIVE/guest/lib.sh"; [ "$(bpf_objects)" = "$1" ]' sh "$before"
"$workload" --ledger ledger calls 10
