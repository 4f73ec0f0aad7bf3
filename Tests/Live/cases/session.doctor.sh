# SPDX-License-Identifier: GPL-3.0-or-later
. "$LIVE/guest/lib.sh"
# The doctor tries every kind of probe, leaves nothing behind, and agrees with what the other cases know of these kernels.
bpf_objects >before
tap doctor
want_status 0
want_quiet
for probe in kernel.function kernel.function.return kernel.trace socket.send 'syscall\.\*' process.begin perf timer.profile; do
    want_line out "^  ok       $probe "
done
if [ "$KERNEL" = 6.1 ]; then
    want_line out '^  MISSING  netfilter.hook '
    want_line out '^swtap works here. Not to be had: .*netfilter.hook'
else
    want_line out '^  ok       netfilter.hook '
fi
if grep -q bpf /sys/kernel/security/lsm 2>/dev/null; then state='ok      '; else state='MISSING '; fi
want_line out "^  $state kernel.lsm "
await 5 sh -c '. "$LIVE/guest/lib.sh"; bpf_objects | cmp -s - before'
tap doctor --json
want_status 0
want_line out '^[{]"type":"doctor","kernel":.*"healthy":true'
want_equal "$(wc -l <out)" 1 "lines"
# Nobody in particular: told what is missing, with the way out.
cp out all
chmod 755 . "$LIVE" 2>/dev/null
status=0
su -s /bin/sh nobody -c "'$swtap' doctor" >out 2>err || status=$?
want_status 1
want_line out '^  MISSING  privileges '
want_line out '-> run it with sudo'
want_line out '^swtap cannot trace the kernel here.'
