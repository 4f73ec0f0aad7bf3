# SPDX-License-Identifier: GPL-3.0-or-later
. "$LIVE/guest/lib.sh"
# Three packets to a closed port: a request and its refusal, each seen as it goes out and as it comes in.
script='probe netfilter.ipv4.local_out, netfilter.ipv4.local_in { if (dport == 7 || sport == 7)
    printf("%s %d %s>%s %d>%d in=%s out=%s %s\n", name, protocol, saddr, daddr, sport == 7, dport == 7, indev_name, outdev_name, probe_type()) }'
case $KERNEL in
6.1)
    tap -e "$script" -c true
    want_status 1
    want_line err '^ERROR: cannot attach netfilter.hook\("NF_INET_LOCAL_OUT"\).pf\("NFPROTO_IPV4"\): the kernel has no eBPF at netfilter hooks \(Linux 6.4 with CONFIG_NETFILTER_BPF_LINK\)$'
    ;;
*)
    tap -v -e "$script" -c 'nc -w 2 127.0.0.1 7 </dev/null; true'
    want_status 0
    want_line out '^netfilter.ipv4.local_out 6 127.0.0.1>127.0.0.1 0>1 in= out=lo netfilter$'
    want_line out '^netfilter.ipv4.local_in 6 127.0.0.1>127.0.0.1 0>1 in=lo out= netfilter$'
    want_line out '^netfilter.ipv4.local_out 6 127.0.0.1>127.0.0.1 1>0 in= out=lo netfilter$'
    want_line out '^netfilter.ipv4.local_in 6 127.0.0.1>127.0.0.1 1>0 in=lo out= netfilter$'
    want_equal "$(wc -l <out)" 4 packets
    # The packets got there although two sessions looked on at the same hook.
    tap -e 'probe netfilter.ip.local_in { n++ } probe netfilter.hook("NF_INET_LOCAL_IN").pf("NFPROTO_IPV4") { m++ } global n, m
        probe end { println(n > 0, " ", n == m) }' -c 'nc -w 2 127.0.0.1 7 </dev/null; true'
    want_status 0
    want_line out '^1 1$'
    tap -e 'probe netfilter.ipv4.local_in { println(pid()) }' -T 1
    want_status 1
    want_line err 'pid\(\) is not known at a packet'
    tap --explain -e 'probe netfilter.ipv6.forward { if (length > 100) println(length) }'
    want_line out 'captured by netfilter hook'
    want_line out 'filtered in the kernel'
    ;;
esac
tap -l 'netfilter.*.local_in'
want_status 0
want_equal "$(wc -l <out)" 3 aliases
