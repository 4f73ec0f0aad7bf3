# SPDX-License-Identifier: GPL-3.0-or-later
. "$LIVE/guest/lib.sh"
# Errors of handlers in the kernel are those of the Evaluator, with their places; `--no-feature handlers` is the Evaluator.
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
probe kernel.trace("sys_enter") { if (pid() == target() && $id == 3) n += f($id - 3) }' -c 'cat /etc/hostname >/dev/null'
both -e 'global a[3] probe kernel.trace("sys_enter") { if (pid() == target()) a[$id]++ } probe end { println("end") } probe error { println("error") }' -c 'cat /etc/hostname >/dev/null'
want_status 1
want_line err '^ERROR: Array overflow, check size limit \(3\) near identifier .a. at <input>:1:65 in probe'
both -DMAXERRORS=100000 -e 'global n probe kernel.trace("sys_enter") { if (pid() == target()) { n++; n += @cast(8, "struct task_struct")->pid } } probe end { delete n println("end") }' -c 'cat /etc/hostname >/dev/null'
want_line err '^ERROR: read fault \[man error::fault\] at 0x'
want_line err '^WARNING: Number of errors: [0-9]+, skipped probes: 0$'
# exit() shuts all probes there and then.
tap -v -e 'global n probe kernel.trace("sys_enter") { if (pid() == target()) { n++; if (n == 1) exit() } } probe end { println(n) }' -c 'cat /etc/hostname >/dev/null; cat /etc/hostname >/dev/null'
want_text out 1
