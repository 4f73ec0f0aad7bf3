# SPDX-License-Identifier: GPL-3.0-or-later
. "$LIVE/guest/lib.sh"
# A function within itself: every return gets the values of its own entry. Opening a file of an overlay opens the file below.
modprobe overlay 2>/dev/null || grep -q overlay /proc/filesystems || skip "no overlay file system"
mkdir tree
mount -t tmpfs tmpfs tree || skip "no tmpfs"
mkdir tree/lower tree/upper tree/work tree/all
echo text >tree/lower/file
mount -t overlay overlay -o lowerdir=tree/lower,upperdir=tree/upper,workdir=tree/work tree/all || skip "no overlay"
tap -e '@define type %( (@defined($inode) ? $inode->i_sb->s_type->name : $f->f_path->dentry->d_inode->i_sb->s_type->name) %)
	probe kernel.function("do_dentry_open") { if (pid() == target()) println("in ", kernel_string(@type)) }
	probe kernel.function("do_dentry_open").return { if (pid() == target()) println("out ", kernel_string(@entry(@type)), " ", $return) }' \
	-c ': <tree/all/file'
umount tree/all
umount tree
want_status 0
want_quiet
grep -A 3 '^in overlay' out >tail
want_text tail "in overlay
in tmpfs
out tmpfs 0
out overlay 0"
