# SPDX-License-Identifier: GPL-3.0-or-later
. "$LIVE/guest/lib.sh"
tap -e 'probe begin {
	println(sock_fam_num2str(10), " ", sock_fam_num2str(1), " ", sock_fam_num2str(45), " ", sock_fam_num2str(46), " ", sock_fam_num2str(-1))
	println(sock_fam_str2num("INET6"), " ", sock_fam_str2num("inet6"))
	println(sock_type_num2str(5), " ", sock_type_num2str(0), " ", sock_type_str2num("PACKET"), " ", sock_type_str2num(""))
	println(sock_state_num2str(0), " ", sock_state_num2str(4), " ", sock_state_num2str(5), " ", sock_state_str2num("CONNECTED"))
	println(sock_prot_num2str(6), " ", sock_prot_num2str(61), " ", sock_prot_num2str(262), " ", sock_prot_str2num("TP++"), " ", sock_prot_str2num("tcp"))
	println(sock_flags_num2str(4), "/", sock_flags_num2str(0), "/", sock_flags_num2str(28))
	println(msg_flags_num2str(4), "/", msg_flags_num2str(0x4042), "/", msg_flags_num2str(0), "/", msg_flags_num2str(0x10000))
	exit() }'
want_status 0
want_quiet
want_text out "INET6 LOCAL MCTP UNDEF UNDEF
10 -1
SEQPACKET UNDEF 10 -1
FREE DISCONNECTING UNDEF 3
TCP UNDEF MPTCP 39 -1
NOSPACE//NOSPACE|PASSCRED|PASSSEC
DONTROUTE|TRYHARD/PEEK|DONTWAIT|NOSIGNAL//"
