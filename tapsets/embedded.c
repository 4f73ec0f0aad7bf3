// SPDX-License-Identifier: GPL-3.0-or-later
#include "CTapsets.h"

#pragma clang diagnostic ignored "-Wc23-extensions"

static const unsigned char socket_stp[] = {
#embed "socket.stp"
};

const struct swtap_tapset swtap_tapsets[] = {
    {"socket.stp", socket_stp, sizeof socket_stp},
};
const size_t swtap_tapset_count = sizeof swtap_tapsets / sizeof swtap_tapsets[0];
