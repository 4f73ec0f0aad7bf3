# SPDX-License-Identifier: GPL-3.0-or-later
. "$LIVE/guest/lib.sh"
# A library's function, in the processes of one program only; and many functions at once.
strace -V >/dev/null 2>&1 || skip "no program with libraries"
tap -e 'global n
	probe process("strace").library("libc.so.6").function("fork"), process("strace").library("libc.so.6").function("vfork") { n["fork"]++ }
	probe process("strace").library("libc.so.6").function("getenv") { if (execname() != "strace") n["other"]++; else n["getenv"]++ }
	probe end { println("getenv ", n["getenv"] > 0, ", other ", n["other"]) }' -c 'sh -c "strace -V >/dev/null; env >/dev/null"'
want_status 0
want_quiet
want_text out "getenv 1, other 0"
