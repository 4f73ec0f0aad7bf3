# SPDX-License-Identifier: GPL-3.0-or-later
. "$LIVE/guest/lib.sh"
echo 'probe begin { println("file ", $1 + 1, " ", @2, " ", $#); exit() }' >script.stp
tap script.stp 41 word
want_status 0
want_text out "file 42 word 2"
printf '#!%s\nprobe begin { println("hashbang"); exit() }\n' "$swtap" >script
chmod +x script
status=0
./script >out 2>err || status=$?
want_status 0
want_text out hashbang
status=0
echo 'probe begin { println("stdin"); exit() }' | "$swtap" - >out 2>err || status=$?
want_status 0
want_text out stdin
