# SPDX-License-Identifier: GPL-3.0-or-later
. "$LIVE/guest/lib.sh"
# Stacks begin at the probed place, whatever the mechanism, and have the names of the kernel's and the program's tables.
check() {
	want_status 0
	want_quiet
	want_line out '^ 0xffffffff[0-9a-f]{8} : unix_stream_sendmsg\+0x[0-9a-f]+/0x[0-9a-f]+ \[kernel\]$'
	sed -n 1p out >first
	want_line first ' : unix_stream_sendmsg\+'
	want_line out ' : do_syscall_64\+0x[0-9a-f]+/0x[0-9a-f]+ \[kernel\]$'
	want_no_line out 'bpf_prog|trampoline'
	want_line out '^caller [a-z_0-9]+ 0xffffffff[0-9a-f]{8} 1 unix_stream_sendmsg$'
	want_line out '^11$'
}
script='{
	if (pid() != target()) next
	print_backtrace()
	printf("caller %s %d %s\n", caller(), caller_addr() == stack(1), symname(stack(0)))
	println(tokenize(callers(2), " ") == tokenize(backtrace(), " "), callers(1) == sprintf("0x%x", stack(0)))
}'
tap -e "probe kernel.function(\"unix_stream_sendmsg\") $script" -c "$workload --ledger ledger --kind unix-stream send 1"
check
tap --no-feature fentry -e "probe kernel.function(\"unix_stream_sendmsg\") $script" -c "$workload --ledger ledger --kind unix-stream send 1"
check
# Registers are those of the call: the first argument is in rdi, the process passed its descriptor in the same.
tap -e 'probe kernel.function("unix_stream_sendmsg") {
	if (pid() != target()) next
	printf("%d %d %d\n", registers_valid(), register("rdi") == $sock, addr() & ~15 == register("rip") & ~15)
	printf("%d %d %d\n", u_register("rdi") < 100, stack_used() > 0, stack_used() + stack_unused() == stack_size())
	print_regs()
}' -c "$workload --ledger ledger --kind unix-stream send 1"
want_status 0
want_quiet
want_line out '^1 1 1$'
want_line out '^1 1 1$'
want_line out '^RIP: ffffffff[0-9a-f]{8}$'
want_line out '^RAX: [0-9a-f]{16} RBX: [0-9a-f]{16} RCX: [0-9a-f]{16}$'
# A tracepoint has a stack, and no registers.
tap -e 'probe kernel.trace("sched_process_exit") {
	if (pid() != target()) next
	println(registers_valid())
	print_backtrace()
}' -c "true"
want_status 0
want_line out '^0$'
want_line out ' : do_exit\+'
# The process's stack begins where it entered the kernel: in the C library's function, called with 027.
printf 'umask 027\nsleep 1\n' >me
tap -e 'probe kernel.function("__x64_sys_umask") {
	if (pid() != target()) next
	printf("user %s %s %d %d\n", usymname(uaddr()), umodname(uaddr()), ustack(0) == uaddr(), u_register("rdi"))
	print_ubacktrace()
}' -c "sh $PWD/me"
want_status 0
want_quiet
want_line out '^user umask /.*libc\.so\.6 1 23$'
want_line out '^ 0x[0-9a-f]+ : umask\+0x[0-9a-f]+/0x[0-9a-f]+ \[/.*libc\.so\.6\]$'
