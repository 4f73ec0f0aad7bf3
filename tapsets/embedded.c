// SPDX-License-Identifier: GPL-3.0-or-later
#include "CTapsets.h"

#pragma clang diagnostic ignored "-Wc23-extensions"

static const unsigned char socket_stp[] = {
#embed "socket.stp"
};

static const unsigned char socket_stpm[] = {
#embed "socket.stpm"
};

static const unsigned char socket_address_stp[] = {
#embed "socket-address.stp"
};

static const unsigned char socket_lifecycle_stp[] = {
#embed "socket-lifecycle.stp"
};

static const unsigned char socket_names_stp[] = {
#embed "socket-names.stp"
};

static const struct swtap_tapset files[] = {
    {"socket.stp", socket_stp, sizeof socket_stp},
    {"socket.stpm", socket_stpm, sizeof socket_stpm},
    {"socket-address.stp", socket_address_stp, sizeof socket_address_stp},
    {"socket-lifecycle.stp", socket_lifecycle_stp, sizeof socket_lifecycle_stp},
    {"socket-names.stp", socket_names_stp, sizeof socket_names_stp},
};
const size_t swtap_tapset_count = sizeof files / sizeof files[0];

const struct swtap_tapset *swtap_tapset_at(size_t index) { return &files[index]; }
