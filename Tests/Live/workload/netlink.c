// SPDX-License-Identifier: GPL-3.0-or-later
//
// Questions to the kernel over netlink.

#include "workload.h"

#include <linux/genetlink.h>
#include <linux/netlink.h>
#include <linux/rtnetlink.h>

static void open_netlink(struct sock *s, int protocol) {
    must(do_socket(s, AF_NETLINK, SOCK_RAW, protocol) >= 0, "socket");
    struct address address = {.length = sizeof(struct sockaddr_nl)};
    address.storage.ss_family = AF_NETLINK;
    must(do_bind(s, &address) == 0, "bind");
}

// The kernel answers within the send; a dump's later parts are made as the earlier
// ones are received.
static void receive_dump(struct sock *s) {
    for (bool done = false; !done;) {
        long length = outcome(recv(s->fd, scratch(), 65536, 0));
        must(record("receive", "recv", s, 65536, length, 0, NULL) > 0, "recv");
        unsigned left = (unsigned)length;
        for (struct nlmsghdr *m = (struct nlmsghdr *)scratch(); NLMSG_OK(m, left); m = NLMSG_NEXT(m, left))
            done |= m->nlmsg_type == NLMSG_DONE || m->nlmsg_type == NLMSG_ERROR;
    }
}

static void netlink(const struct arguments *arguments) {
    struct {
        struct nlmsghdr head;
        struct ifinfomsg info;
    } links = {.head = {.nlmsg_len = sizeof links, .nlmsg_type = RTM_GETLINK,
                        .nlmsg_flags = NLM_F_REQUEST | NLM_F_DUMP}};
    struct {
        struct nlmsghdr head;
        struct genlmsghdr generic;
        struct nlattr attribute;
        char name[8];
    } family = {.head = {.nlmsg_len = sizeof family, .nlmsg_type = GENL_ID_CTRL, .nlmsg_flags = NLM_F_REQUEST},
                .generic = {.cmd = CTRL_CMD_GETFAMILY, .version = 1},
                .attribute = {.nla_len = NLA_HDRLEN + 7, .nla_type = CTRL_ATTR_FAMILY_NAME}, .name = "nlctrl"};
    struct sock s;
    for (long n = 0; n < arguments->count; n++) {
        open_netlink(&s, NETLINK_ROUTE);
        long result = outcome(sendto(s.fd, &links, sizeof links, 0, NULL, 0));
        must(record("send", "sendto", &s, sizeof links, result, 0, NULL) == sizeof links, "sendto");
        receive_dump(&s);
        must(do_close(&s) == 0, "close");

        open_netlink(&s, NETLINK_GENERIC);
        result = outcome(write(s.fd, &family, sizeof family));
        must(record("send", "write", &s, sizeof family, result, 0, NULL) == sizeof family, "write");
        result = outcome(read(s.fd, scratch(), 8192));
        must(record("receive", "read", &s, 8192, result, 0, NULL) > 0, "read");
        must(do_close(&s) == 0, "close");
    }
}

const struct test_case netlink_cases[] = {
    {"netlink", "a route dump and a generic question", netlink, true},
    {0},
};
