// SPDX-License-Identifier: GPL-3.0-or-later
#include "CLibelf.h"

#include <stddef.h>

Elf *swtap_elf_open(int descriptor) {
    if (elf_version(EV_CURRENT) == EV_NONE) return NULL;
    Elf *elf = elf_begin(descriptor, ELF_C_READ_MMAP, NULL);
    if (elf && elf_kind(elf) != ELF_K_ELF) {
        elf_end(elf);
        elf = NULL;
    }
    return elf;
}
