# SPDX-License-Identifier: GPL-3.0-or-later
. "$LIVE/guest/lib.sh"
# Only where `bpf` is an active security module; elsewhere the kernel would load and attach it, and never call it.
modules=$(cat /sys/kernel/security/lsm)
script='probe lsm.file_open { if (pid() == target()) println(name, " ", kernel_string_quoted($file->f_path->dentry->d_name->name)) }'
case ,$modules, in
*,bpf,*)
    echo hello >file.txt
    tap -e 'probe lsm.file_open { if (pid() == target() && kernel_string($file->f_path->dentry->d_name->name) == "file.txt")
        println(name, " ", probe_type(), " ", ppfunc(), " ", kernel_string(@cast(file, "struct file")->f_path->dentry->d_name->name)) }' -c 'cat file.txt'
    want_status 0
    want_line out '^hello$'
    want_line out '^file_open lsm file_open file.txt$'
    tap -v -e 'global n probe kernel.lsm("task_kill") { if (pid() == target()) n[$sig]++ } probe end { foreach (s in n) println("sig ", s, " ", n[s]) }' -c 'kill -USR2 $$; exit 0'
    # What the eBPF programs before ours have decided; there are none.
    tap -e 'probe kernel.lsm("file_open") { if (pid() == target()) println($return, " ", $$vars) }' -c 'cat file.txt'
    want_status 0
    want_line out '^0 file=0xffff[0-9a-f]{12} return=0x0$'
    tap --explain -e 'probe lsm.socket_create { if (family == 2) println(type) }'
    want_line out 'captured by LSM hook'
    want_line out 'filtered in the kernel'
    # The program of every hook that the kernel describes is one that the verifier takes, whatever the parameters.
    tap -p4 -e 'probe kernel.lsm("*") { println($$vars) }'
    want_status 0
    want_no_line err 'verifier'
    hooks=$("$swtap" -l 'kernel.lsm("*")' | wc -l)
    [ "$(grep -c '^# kernel.lsm.*: captured by LSM hook' out)" -gt $((hooks * 9 / 10)) ] || fail "only $(grep -c 'captured by' out) of $hooks hooks: $(grep -v 'captured by' out | grep '^# kernel.lsm' | head)"
    ;;
*)
    tap -e 'probe lsm.file_open { println(1) }' -c true
    want_status 1
    want_line err "^ERROR: cannot attach kernel.lsm\\(\"file_open\"\\): 'bpf' is not among the kernel's active security modules \\($modules\\): boot with lsm=$modules,bpf\$"
    ;;
esac
tap -L 'kernel.lsm("file_open")'
want_text out 'kernel.lsm("file_open") $file:struct file* $return:int'
[ "$("$swtap" -l 'lsm.*' | wc -l)" -eq 37 ] || fail "$("$swtap" -l 'lsm.*' | wc -l) aliases of lsm, not 37"
