# SPDX-License-Identifier: GPL-3.0-or-later
. "$LIVE/guest/lib.sh"
# Addresses, ports and states of sockets are those that ss shows.
tap -e 'probe kernel.function("tcp_sendmsg") {
	if (pid() != target()) next
	sk = $sk
	printf("%s %s:%d %s:%d %d %d %d\n", tcp_sockstate_str(tcp_ts_get_info_state(sk)), inet_get_ip_source(sk), inet_get_local_port(sk),
		inet_get_ip_dest(sk), inet_get_dest_port(sk), tcp_get_info_snd_cwnd(sk) > 0, tcp_get_info_rto(sk) >= 200000, tcp_get_info_rto(sk) < 10000000)
	printf("%d %d %s\n", tcpmib_local_port(sk) == inet_get_local_port(sk), tcpmib_get_state(sk), ip_ntop(tcpmib_remote_addr(sk)))
}
probe begin { println(sprint_loadavg()); println(tcp_sockopt_str(1), tcp_ipv6_sockopt_str(26), signal_str(9), sigset_mask_str(0x101)) }' \
	-c "$workload --ledger ledger --kind tcp4 send 1"
want_status 0
want_quiet
want_line out '^TCP_ESTABLISHED 127\.0\.0\.1:[0-9]+ 127\.0\.0\.1:[0-9]+ 1 1 1$'
want_line out '^1 1 127\.0\.0\.1$'
want_line out '^[0-9]+\.[0-9][0-9] [0-9]+\.[0-9][0-9] [0-9]+\.[0-9][0-9]$'
want_line out '^TCP_NODELAYIPV6_V6ONLYSIGKILLSIGHUP\|SIGKILL$'
