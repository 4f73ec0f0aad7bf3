// SPDX-License-Identifier: GPL-3.0-or-later
// The tapset library, embedded in the binary at build time.
#ifndef SWTAP_CTAPSETS_H
#define SWTAP_CTAPSETS_H
#include <stddef.h>

/// One embedded tapset file.
struct swtap_tapset {
    const char *name;
    const unsigned char *bytes;
    size_t size;
};

/// The number of embedded files.
extern const size_t swtap_tapset_count;

/// The embedded file at an index below `swtap_tapset_count`.
const struct swtap_tapset *swtap_tapset_at(size_t index);
#endif
