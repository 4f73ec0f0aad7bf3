# SPDX-License-Identifier: GPL-3.0-or-later
. "$LIVE/guest/lib.sh"
# System calls by name, with their arguments and results, as strace has them.
strace -V >/dev/null 2>&1 || skip "no strace"
mkdir scratch
cat >calls.sh <<'END'
: >scratch/made
cat scratch/made /no/such/file
mkdir scratch/deep
rm -r scratch/deep
END
strace -f -o calls -e trace=mkdir,openat,unlinkat sh -c 'sh calls.sh >/dev/null 2>&1' || true
rm -rf scratch/deep scratch/made
tap -e 'global mine
	probe process.begin { mine[pid()] = 1 }
	probe syscall.mkdir, syscall.openat, syscall.unlinkat { if (mine[pid()]) println("call ", name, " ", argstr) }
	probe syscall.mkdir.return, syscall.openat.return, nd_syscall.unlinkat.return { if (mine[pid()]) println("result ", name, " ", retstr) }' \
	-c 'sh calls.sh >/dev/null 2>&1'
want_status 0
want_quiet
for name in mkdir openat unlinkat; do
	want_equal "$(grep -c "^call $name " out)" "$(grep -c " $name(" calls)" "calls of $name"
	want_equal "$(grep -c "^result $name " out)" "$(grep -c " $name(" calls)" "results of $name"
	want_equal "$(grep -c "^result $name -" out)" "$(grep -c " $name(.*= -1 " calls)" "failures of $name"
done
want_line out '^call mkdir "scratch/deep", '
want_line out '^call openat AT_FDCWD, "/no/such/file", '
want_line out '^result openat -2 \(ENOENT\)$'
