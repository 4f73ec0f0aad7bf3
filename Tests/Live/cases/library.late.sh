# SPDX-License-Identifier: GPL-3.0-or-later
. "$LIVE/guest/lib.sh"
# What the kernel cannot know at the event is read when the handler runs: addresses from globals, loops, recursion.
cat >script.stp <<'INNER'
global known, first, calls
function depth:long(task:long) { return task_pid(task) <= 1 ? 0 : 1 + depth(task_parent(task)) }
probe kernel.function("__x64_sys_umask") {
	# The shell calls it to ask, to restore, and to set.
	if (pid() != target() || calls++) next
	known[pid()] = task_current()
	first = @cast(task_current(), "task_struct")->mm->arg_start
	printf("%s %s\n", task_execname(known[pid()]), user_string(first))
	n = 0
	for (task = task_current(); task_pid(task) > 1; task = task_parent(task)) n++
	println(n == depth(task_current()), n > 1)
	size = 2 + (known[0] != 0)
	printf("%.*M|%#.*m\n", size, &@cast(known[pid()], "task_struct")->comm[0], size, first)
}
INNER
printf 'umask 027\nsleep 1\n' >me
tap script.stp -c "sh $PWD/me"
want_status 0
want_quiet
want_text out 'sh sh
11
7368|sh'
# A fault is an error as everywhere.
tap -e 'global g = 16 probe kernel.function("__x64_sys_umask") { if (pid() == target()) println(kernel_long(g)) } probe end { g = 0 }' -c "sh $PWD/me"
want_status 1
want_line err '^ERROR: read fault \[man error::fault\] at 0x10 near '
tap --explain script.stp
want_status 0
want_line out "read when the handler runs, near .* at .*: user memory: the address depends on the global variable 'first'"
want_line out "memory: 'depth' is recursive or too large to be expanded"
want_line out 'the address depends on a variable that changes in a loop'
