# SPDX-License-Identifier: GPL-3.0-or-later
. "$LIVE/guest/lib.sh"
# What the library says of a task is what /proc says of it.
cat >me <<'INNER'
cd /sys/kernel || exit 1
ulimit -n 100
exec 7</proc/mounts 5<&- 6<&-
{
	read -r pid name _ ppid pgrp sid _ </proc/$$/stat
	echo "$pid $ppid $pgrp $sid $name"
	pwd
	readlink /proc/$$/exe
	readlink /proc/$$/fd/7
	tr '\0' ' ' </proc/$$/cmdline
	echo
	read -r size _ </proc/$$/statm
	echo "$size"
} >"$1/truth"
umask 027
exec 5</dev/null 6</dev/null
umask 026
sleep 1
INNER
FLAVOUR=vanilla
export FLAVOUR
tap -e 'global files
probe kernel.function("__x64_sys_umask") {
	if (pid() != target()) next
	t = task_current()
	if (files) {
		printf("two more %d\n", task_open_file_handles(t) - files)
		next
	}
	files = task_open_file_handles(t)
	printf("%d %d %d %d (%s)\n", pid(), ppid(), pgrp(), sid(), task_execname(t))
	println(task_cwd_path(t))
	println(fullpath_struct_file(t, current_exe_file()))
	println(fullpath_struct_file(t, task_fd_lookup(t, 7)))
	println(cmdline_str(), " ")
	println(proc_mem_size())
	printf("%s %s|%d %d|%d\n", cmdline_arg(0), env_var("FLAVOUR"), task_rlimit(t, "RLIMIT_NOFILE"), task_rlimit_nofile(t), task_rlimit(t, "NONE"))
	println(pid2task(pid()) == t, pid2execname(pid()), pid2task(pid() + 30000), target_set_pid(pid()))
	println(task_ancestry(t, 0))
	println(ns_pid() == pid(), ns_tid() == tid(), ns_ppid() == ppid(), ns_uid() == uid(), ns_egid() == egid())
	printf("%d %d %d\n", proc_mem_rss() > 0, proc_mem_rss() < proc_mem_size(), proc_mem_size(pid()) == proc_mem_size())
	printf("%x %d %d\n", get_sigset(&@cast(t, "task_struct")->blocked), is_sig_blocked(t, 2), task_max_file_handles(t) >= files)
}' -c "sh $PWD/me $PWD"
want_status 0
want_quiet
sed -n 1,6p out >found
diff truth found >difference || { cat difference; show; fail "not as /proc says"; }
want_line out '^sh vanilla\|100 100\|-1$'
want_line out '^1sh01$'
want_line out '^[^ ]+\(1\)=>.*=>swtap\([0-9]+\)=>sh\([0-9]+\)$'
want_line out '^11111$'
want_line out '^1 1 1$'
want_line out '^0 0 1$'
want_line out '^two more 2$'
