# SPDX-License-Identifier: GPL-3.0-or-later
. "$LIVE/guest/lib.sh"
# Errors of handlers in the kernel are those of the Evaluator, with their places; `--no-feature handlers` is the Evaluator.
echo hello >file
both() {
    tap --no-feature handlers "$@"
    mv out out.evaluator
    mv err err.evaluator
    first=$status
    tap "$@"
    want_equal "$status" "$first" "exit status of $*"
    cmp -s out out.evaluator || { show; cat out.evaluator; fail "other output"; }
    cmp -s err err.evaluator || { show; cat err.evaluator; fail "other messages"; }
}
both -e 'global n
function f(a) { return 10 / a }
probe kernel.trace("sys_enter") { if (pid() == target() && $id == 3) n += f($id - 3) }' -c 'cat file >/dev/null'
both -e 'global a[3] probe kernel.trace("sys_enter") { if (pid() == target()) a[$id]++ } probe end { println("end") } probe error { println("error") }' -c 'cat file >/dev/null'
want_status 1
want_line err '^ERROR: Array overflow, check size limit \(3\) near identifier .a. at <input>:1:70 in probe'
both -DMAXERRORS=100000 -e 'global n probe kernel.trace("sys_enter") { if (pid() == target()) { n++; n += @cast(8, "struct task_struct")->pid } } probe end { delete n println("end") }' -c 'cat file >/dev/null'
want_line err '^ERROR: read fault \[man error::fault\] at 0x'
want_line err '^WARNING: Number of errors: [0-9]+, skipped probes: 0$'
# exit() shuts all probes there and then.
tap -v -e 'global n probe kernel.trace("sys_enter") { if (pid() == target()) { n++; if (n == 1) exit() } } probe end { println(n) }' -c 'cat file >/dev/null; cat file >/dev/null'
want_text out 1
# What a handler in the kernel prints comes in its order, before its error, and beside the lines of captured handlers.
both -e 'global n, last
probe kernel.trace("sys_enter") {
	if (pid() != target() || $id != 3) next
	n++
	printf("%d %s %5x|\n", n, execname(), n * 255)
	if (n > last) println("new")
	last = n
	if (n == 3) println("third ", 10 / (n - 3))
}' -c 'cat file >/dev/null; cat file >/dev/null; cat file >/dev/null; exec cat file >/dev/null'
want_line out '^1 '
tap --explain -e 'global n probe kernel.trace("sys_enter") { n++; println(n) } probe kernel.trace("sys_exit") { println(pid()) }'
want_line out 'runs in the kernel by raw tracepoint'
want_line out 'its handler runs in user space: it only prints'
