// SPDX-License-Identifier: GPL-3.0-or-later
// The parts of libbpf that the Kernel room calls; the thinnest shims for what Swift cannot import.
#ifndef SWTAP_CLIBBPF_H
#define SWTAP_CLIBBPF_H
#include <bpf/bpf.h>
#include <bpf/btf.h>
#include <bpf/libbpf.h>
#endif
