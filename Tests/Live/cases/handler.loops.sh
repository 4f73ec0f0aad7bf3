# SPDX-License-Identifier: GPL-3.0-or-later
. "$LIVE/guest/lib.sh"
# Loops of handlers in the kernel, by fentry or kprobes, on four CPUs: exact sums, errors, and the script's lines in the program.
cat >script.stp <<'END'
global n, squares, odd, caught, seen
function triangle(x) { for (i = 1; i <= x; i++) s += i; return s }
probe begin { println("ready") }
probe kernel.function("unix_stream_sendmsg") {
    if (execname() != "workload") next
    n++
    for (i = 0; i < 5; i++) {
        if (i == 3) continue
        squares += i * i
        try { odd += 8 / (i - 1) } catch { caught++ }
    }
    while (1) if (++j >= 4) break
    seen[j] += triangle(j)
}
probe end { println("total ", n, " ", squares, " ", odd, " ", caught, " ", seen[4]) }
END
tap --explain script.stp
want_line out 'runs in the kernel by'
want_no_line out 'its handler runs in user space'
"$swtap" script.stp >out 2>err &
tap=$!
await 20 grep -q ready out
bpftool prog list >list || fail "bpftool"
number=$(sed -n 's/^\([0-9]*\):.*name unix_stream_sen.*/\1/p' list | head -n 1)
[ -n "$number" ] || { cat list; fail "no program"; }
bpftool prog dump xlated id "$number" linum >dump || { cat dump; fail "bpftool"; }
want_line dump 'squares \+= i \* i'
want_line dump 'file:.*script.stp line_num:9'
want_line dump 'call pc|bpf_loop|call .*_loop'
workers=
for number in 1 2 3 4; do
    "$workload" --totals --ledger "ledger.$number" flood 5000 64 &
    workers="$workers $!"
done
# shellcheck disable=SC2086
wait $workers
kill -INT "$tap"
wait "$tap" || fail "exit status $?"
# Squares of 0, 1, 2 and 4; eight divided by -1, 1, 3.
want_line out '^total 20000 420000 40000 20000 200000$'
want_no_line err '^(WARNING|ERROR)'

# Too many statements are the Evaluator's error, and no catch catches it.
echo hello >file
script='global n
probe kernel.trace("sys_enter") {
	if (pid() != target() || $id != 3) next
	try {
		for (;;) {
			n++
			if (n % 100 == 0) printf("%d\n", n)
		}
	} catch { n = -1 }
}
probe end { println("end ", n) }'
for limit in 1000 77; do
    tap -DMAXACTION=$limit -DMAXERRORS=100 --no-feature handlers -e "$script" -c 'cat file >/dev/null'
    mv out out.evaluator
    mv err err.evaluator
    tap -DMAXACTION=$limit -DMAXERRORS=100 -e "$script" -c 'cat file >/dev/null'
    cmp -s out out.evaluator || { show; cat out.evaluator; fail "other output"; }
    cmp -s err err.evaluator || { show; cat err.evaluator; fail "other messages"; }
    want_line err '^ERROR: MAXACTION exceeded near '
done
tap --explain -e "$script"
want_line out 'runs in the kernel by'
tap --explain -e 'global n probe kernel.trace("sys_enter") { foreach (k in n) println(k); n[pid()]++ }'
want_line out 'its handler runs in user space: it loops over .n. in the order of insertion, which the kernel.s maps do not keep'

# The listing has lines and costs.
tap -p4 script.stp
want_line out '^; .*script.stp:9: squares \+= i \* i$'
want_line out '^# [0-9]+ instructions; [0-9]+ calls: .*1 bpf_loop.*; [0-9]+ ns if all of it runs once$'
# Without types and bpf_loop the handler is captured.
tap --explain --no-feature bpf-loop script.stp
want_line out 'its handler runs in user space: it loops more often than the verifier of a kernel without bpf_loop could follow'
