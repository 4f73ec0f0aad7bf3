# SPDX-License-Identifier: GPL-3.0-or-later
. "$LIVE/guest/lib.sh"
# Registers by DWARF number and by name: a system call that was given 027 and returns 022.
printf 'umask 022\numask 027\nsleep 0.2\n' >me
tap -g -e 'global n
	probe kernel.function("__x64_sys_umask") {
		if (pid() != target() || @uregister(5) != 23 || n++) next
		printf("entry %d %d %d %d\n", @uregister(5), @uregister(16) == uaddr(), u_register("rsp") == @uregister(7), @kregister(5) == $regs)
	}' -c "sh $PWD/me"
want_status 0
want_quiet
want_text out 'entry 23 1 1 1'
# Other registers of the kernel are those of kprobes.
tap -g -e 'global n
	probe kernel.function("__x64_sys_umask") {
		if (pid() != target() || @uregister(5) != 23 || n++) next
		printf("entry %d %d %d %d\n", (@kregister(16) & ~15) == (addr() & ~15), @kregister(7) == register("rsp"), @kregister(5) == register("rdi"), @kregister(3) == register("rbx"))
	}
	probe kernel.function("__x64_sys_umask").return {
		if (pid() != target() || u_register("rdi") != 23) next
		printf("return %d %d %d\n", @kregister(0), $return, register("rax"))
	}' -c "sh $PWD/me"
want_status 0
want_quiet
want_text out 'entry 1 1 1 1
return 18 18 18'
# In the code of a program they are those of that place.
tap -e 'global n, wrong
	probe process(@1).function("workload_add") {
		n++
		if (@uregister(5) != long_arg(1) || @uregister(4) != long_arg(2) || u_register("rdx") != pointer_arg(3) || @uregister(16) != uaddr()) wrong++
	}
	probe process(@1).function("workload_add").return { n++; if (u_register("rax") != returnval() || @uregister(0) != returnval()) wrong++ }
	probe end { println(n, " ", wrong) }' -c "$workload --ledger ledger calls 20" "$workload"
want_status 0
want_quiet
want_text out '40 0'
# At a tracepoint there are those of the process only; a clock shows where it struck.
tap -e 'global n probe kernel.trace("sys_enter") { if (pid() == target() && $id == 95 && @uregister(5) == 23 && !n++) println(@uregister(5), " ", u_register("rdi"), " ", @uregister(16) == uaddr()) }' -c "sh $PWD/me"
want_status 0
want_quiet
want_text out '23 23 1'
tap -e 'probe timer.profile { println(registers_valid(), register("rip") != 0); exit() }'
want_status 0
want_text out 11
tap -g -e 'probe kernel.trace("sys_enter") { println(@kregister(5)) }' -T 1
want_status 1
want_line err 'the kernel shows no registers at tracepoints and hooks: @kregister\(5\) needs a probe of a function'
