# SPDX-License-Identifier: GPL-3.0-or-later
. "$LIVE/guest/lib.sh"
tap -e 'global n, wrong
	probe process(@1).mark("add") { if ($arg1 != n || user_string($arg2) != sprintf("call %d", n)) wrong++; n++ }
	probe process(@1).provider("work*").mark("*") { if ($$provider . ":" . $$name != "workload:add") wrong++ }
	probe end { println(n, " ", wrong) }' -c "$workload --ledger ledger calls 100" "$workload"
want_status 0
want_quiet
want_text out "100 0"
tap -L "process(\"$workload\").mark(\"*\")"
want_status 0
want_text out "process(\"$workload\").mark(\"add\") \$arg1:long \$arg2:long"
