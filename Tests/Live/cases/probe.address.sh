# SPDX-License-Identifier: GPL-3.0-or-later
. "$LIVE/guest/lib.sh"
address=$(sed -n 's/^\([0-9a-f]*\) T __sys_connect$/\1/p' /proc/kallsyms)
[ -n "$address" ] || fail "no address of __sys_connect"
script="global n probe kernel.statement(0x$address).absolute { if (pid() == target()) { n++; println(probe_type(), \" \", register_argument(3)) } } probe end { println(n) }"
tap -g -e "$script" -c 'nc -w 1 127.0.0.1 1'
want_line out '^kprobe 16$'
want_line out '^1$'
tap -g -e "probe kprobe.statement(0x$address).absolute { exit() }" --explain
want_line out 'by kprobe$'
tap -e "$script"
want_status 1
want_line err '^semantic error: absolute statement probe in unprivileged script; need stap -g'
tap -g -e 'probe kernel.statement(0x10).absolute { println(1) }'
want_status 1
want_line err '^ERROR: cannot attach kernel.statement\(0x10\).absolute: '
