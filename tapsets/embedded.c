// SPDX-License-Identifier: GPL-3.0-or-later
#include "CTapsets.h"

#pragma clang diagnostic ignored "-Wc23-extensions"

static const unsigned char socket_stp[] = {
#embed "socket.stp"
};

static const struct swtap_tapset files[] = {
    {"socket.stp", socket_stp, sizeof socket_stp},
};
const size_t swtap_tapset_count = sizeof files / sizeof files[0];

const struct swtap_tapset *swtap_tapset_at(size_t index) { return &files[index]; }
