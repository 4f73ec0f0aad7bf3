# SPDX-License-Identifier: GPL-3.0-or-later
. "$LIVE/guest/lib.sh"
modprobe veth 2>/dev/null || skip "no veth module"
[ -e /sys/kernel/btf/veth ] || skip "veth has no BTF"
tap -e 'probe module("veth").function("veth_newlink") { printf("%s %s %d\n", execname(), probemod(), $dev != 0) }' -c 'ip link add vp0 type veth peer name vp1'
ip link del vp0
want_status 0
want_quiet
want_text out "ip veth 1"
