// SPDX-License-Identifier: GPL-3.0-or-later
// libelf for the Kernel room's reader of programs and libraries.
#ifndef SWTAP_CLIBELF_H
#define SWTAP_CLIBELF_H
#include <gelf.h>
#include <libelf.h>
#include <stdint.h>
#include <sys/sysmacros.h>

// Opens the ELF file behind a descriptor, mapped where it can be; NULL when it is none. The descriptor may be closed
// afterwards.
Elf *swtap_elf_open(int descriptor);
#endif
