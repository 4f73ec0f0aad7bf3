# SPDX-License-Identifier: GPL-3.0-or-later
. "$LIVE/guest/lib.sh"
# Processes begin and end; the program is known by its file, whatever it is called.
ln -s "$workload" alias
ln "$workload" hard 2>/dev/null || ln -s "$workload" hard
sleep 60 &
sleeper=$!
# The program may be one of many in one file.
await 5 test "/proc/$sleeper/exe" -ef /bin/sleep
tap -e 'global n
	probe process(@1).begin { n["begin"]++ }
	probe process(@1).end { n["end"]++ }
	probe process("sleep").begin { if (pid() == $2) n["sleeping before"]++ }
	probe process.begin { n["of the target"]++ }
	probe process.end { n["end of the target"]++ }
	probe process($2).end { n["end of the sleeper"]++ }
	probe end { foreach (what+ in n) println(what, " ", n[what]) }' \
	-c "sh -c './alias --ledger l1 calls 1; ./hard --ledger l2 calls 1 & $workload --ledger l3 calls 1; wait; kill $sleeper; sleep 0.3'" "$workload" $sleeper
want_status 0
want_quiet
want_line out '^begin 3$'
want_line out '^end 3$'
want_line out '^sleeping before 1$'
want_line out '^end of the sleeper 1$'
# Each but the first is forked and then executes something: it begins twice.
begins=$(sed -n 's/^of the target //p' out)
ends=$(sed -n 's/^end of the target //p' out)
want_equal "$begins" $((2 * ends - 1)) "beginnings for $ends ends"
