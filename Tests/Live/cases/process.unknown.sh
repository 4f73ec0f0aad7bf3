# SPDX-License-Identifier: GPL-3.0-or-later
. "$LIVE/guest/lib.sh"
tap -e 'probe process("/no/such").begin { println(1) }'
want_status 1
want_line err "cannot find the program of '/no/such': No such file or directory"
tap -e 'probe process(@1).function("workload_addd") { println(1) }' "$workload"
want_status 1
want_line err 'no match \(similar functions: workload_add'
tap -e 'probe process.function("main") { println(1) }'
want_status 1
want_line err 'a process probe without a path needs the command of -c or the process of -x'
tap -e 'probe process(@1).function("workload_add") { println($first) }' "$workload"
want_status 1
want_line err "without debuginfo nothing is known of the variables and types of 'workload_add'"
