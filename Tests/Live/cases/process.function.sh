# SPDX-License-Identifier: GPL-3.0-or-later
. "$LIVE/guest/lib.sh"
# Functions of a program: the workload knows how often it called what, and with what.
tap -e 'global n, wrong, deep
	probe process(@1).function("workload_add") { n["add"]++; if (long_arg(2) != 2 * long_arg(1) || user_string(pointer_arg(3)) != sprintf("call %d", long_arg(1))) wrong++ }
	probe process(@1).function("workload_add").return { n["add.return"]++; if (returnval() != 3 * @entry(long_arg(1))) wrong++ }
	probe process(@1).function("workload_depth") { n["depth"]++ }
	probe process(@1).function("workload_depth").return { n["depth.return"]++; deep += @entry(long_arg(1)); if (returnval() != @entry(long_arg(1))) wrong++ }
	probe process(@1).function("workload_fail").return { n["fail.return"]++; if (returnval() != -@entry(long_arg(1))) wrong++ }
	probe end { foreach (what+ in n) println(what, " ", n[what]) println("wrong ", wrong, ", deep ", deep) }' \
	-c "$workload --ledger ledger calls 200" "$workload"
want_status 0
want_quiet
want_text out "add 200
add.return 200
depth 800
depth.return 800
fail.return 200
wrong 0, deep 1200"
