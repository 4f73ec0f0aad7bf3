// SPDX-License-Identifier: GPL-3.0-or-later
import CLibbpf
import Glibc

/// The bytes of a file of /sys, mapped where the kernel can (6.16), else read; 16 bytes after the end are readable.
final class BTFStorage {
    /// The first byte.
    let bytes: UnsafeRawPointer
    /// The number of bytes.
    let size: Int
    private let mapped: Int

    /// Takes in a file.
    init(path: String) throws(KernelError) {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else {
            throw KernelError(.unsupported, "cannot open \(path): \(errorText(Glibc.errno))", errno: Glibc.errno)
        }
        defer { close(descriptor) }
        var status = stat()
        guard fstat(descriptor, &status) == 0, status.st_size > 0 else {
            throw KernelError(.unsupported, "cannot read \(path): it is empty")
        }
        size = Int(status.st_size)
        let page = Int(sysconf(Int32(_SC_PAGESIZE)))
        if size % page != 0, size % page <= page - 16,
            let mapping = mmap(nil, size, PROT_READ, MAP_PRIVATE, descriptor, 0), mapping != MAP_FAILED
        {
            bytes = UnsafeRawPointer(mapping)
            mapped = size
            return
        }
        mapped = 0
        // Huge pages, where there are any, save a thousand page faults.
        let large = 1 << 21
        let buffer = UnsafeMutableRawPointer.allocate(
            byteCount: (size + 16 + large - 1) / large * large, alignment: large)
        madvise(buffer, (size + 16) / large * large, MADV_HUGEPAGE)
        bytes = UnsafeRawPointer(buffer)
        memset(buffer + size, 0, 16)
        if path.hasSuffix("/vmlinux"), Self.copyVmlinux(to: buffer, size: size) { return }
        var filled = 0
        while filled < size {
            let count = read(descriptor, buffer + filled, size - filled)
            if count < 0 && Glibc.errno == EINTR { continue }
            guard count > 0 else {
                throw KernelError(.unsupported, "cannot read \(path): \(errorText(Glibc.errno))", errno: Glibc.errno)
            }
            filled += count
        }
    }

    /// Asks bpf() for the bytes in one piece, for which it wants privileges: /sys hands them out by pages, with a copy
    /// more. False when it did not work.
    private static func copyVmlinux(to buffer: UnsafeMutableRawPointer, size: Int) -> Bool {
        // The kernel's own BTF is its first object.
        var id: UInt32 = 0
        guard bpf_btf_get_next_id(0, &id) == 0 else { return false }
        let descriptor = bpf_btf_get_fd_by_id(id)
        guard descriptor >= 0 else { return false }
        defer { close(descriptor) }
        var name = [UInt8](repeating: 0, count: 16)
        var info = bpf_btf_info()
        info.btf = UInt64(UInt(bitPattern: buffer))
        info.btf_size = UInt32(truncatingIfNeeded: size)
        var length = UInt32(MemoryLayout<bpf_btf_info>.size)
        let status = name.withUnsafeMutableBytes { bytes in
            info.name = UInt64(UInt(bitPattern: bytes.baseAddress))
            info.name_len = 16
            return bpf_obj_get_info_by_fd(descriptor, &info, &length)
        }
        return status == 0 && info.btf_size == UInt32(truncatingIfNeeded: size) && info.kernel_btf != 0
            && name.starts(with: "vmlinux\0".utf8)
    }

    deinit {
        if mapped > 0 {
            munmap(UnsafeMutableRawPointer(mutating: bytes), mapped)
        } else {
            bytes.deallocate()
        }
    }
}
