# SPDX-License-Identifier: GPL-3.0-or-later
. "$LIVE/guest/lib.sh"
# Variables of the kernel by name: what is known of them otherwise is the truth.
tap -e 'global right, wrong
	probe kernel.function("unix_stream_sendmsg") {
		if (pid() != target()) next
		if (@choose_defined(@var("pcpu_hot")->current_task, @var("current_task")) == task_current()) right++; else wrong["current"]++
		if (@choose_defined(@var("pcpu_hot")->cpu_number, @var("cpu_number")) == cpu()) right++; else wrong["cpu"]++
		if (@var("runqueues")->cpu == cpu()) right++; else wrong["runqueues"]++
		if (kernel_string(@cast(&@var("init_task"), "task_struct")->comm) =~ "^swapper") right++; else wrong["init_task"]++
		late = kernel_long(&@var("jiffies")) - jiffies()
		if (late >= -1000 && late <= 1000) right++; else wrong[sprint("jiffies ", late)]++
	}
	probe end { println(right) foreach (what in wrong) println(what, " ", wrong[what]) }' -c "$workload --ledger ledger --kind unix-stream send 4"
want_status 0
want_quiet
want_text out 20
# In handlers of user space, and in modules.
modprobe dummy
tap -e 'probe begin {
	println(kernel_string(@cast(&@var("init_task@init/init_task.c"), "task_struct")->comm), " ", kernel_int(&@var("numdummies", "dummy")))
	println(@defined(@var("init_task")->comm), @defined(&@var("init_task")), @defined(@var("nothing_of_this_name")), @defined(@var("runqueues")))
	exit()
}'
want_status 0
want_quiet
want_line out '^swapper(/0)? 1$'
want_line out '^0101$'
tap -e 'probe begin { println(@var("jiffies")) }'
want_status 1
want_line err "BTF does not tell the type of 'jiffies': use @cast\\(&@var\\(\"jiffies\"\\), \"TYPE\"\\)"
tap -e 'probe begin { println(@var("nothing_of_this_name")) }'
want_status 1
want_line err "no variable 'nothing_of_this_name' in kernel"
