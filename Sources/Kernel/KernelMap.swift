// SPDX-License-Identifier: GPL-3.0-or-later
import CLibbpf
import Glibc

/// An eBPF map of ours.
final class KernelMap {
    /// The descriptor that instructions refer to.
    let descriptor: Descriptor
    /// The name, for messages.
    let name: String
    /// Bytes of a value.
    let valueSize: Int
    /// The number of elements; bytes for a ring buffer.
    let entries: Int
    private var mapping: UnsafeMutableRawPointer?
    private var mappingSize = 0

    /// Makes a map. A name has at most 15 bytes of letters, digits, `_` and `.`.
    init(
        _ type: bpf_map_type, name: String, keySize: Int, valueSize: Int, entries: Int, flags: UInt32 = 0,
        inner: KernelMap? = nil
    ) throws(KernelError) {
        var options = bpf_map_create_opts()
        options.sz = MemoryLayout<bpf_map_create_opts>.size
        options.map_flags = flags
        if let inner { options.inner_map_fd = UInt32(bitPattern: inner.descriptor.number) }
        let number = bpf_map_create(
            type, name, UInt32(clamping: keySize), UInt32(clamping: valueSize), UInt32(clamping: entries), &options)
        guard number >= 0 else { throw Self.error(errno, name: name, size: entries &* max(1, valueSize)) }
        descriptor = Descriptor(number)
        self.name = name
        self.valueSize = valueSize
        self.entries = entries
    }

    private static func error(_ number: Int32, name: String, size: Int) -> KernelError {
        switch number {
        case ENOSYS: return Preflight.systemCallError(number)
        case EPERM:
            return KernelError(
                .privilege, "the kernel refuses the eBPF map \(name): \(errorText(number))",
                wayOut: "run as root; on kernels before 5.11 raise the limit of locked memory (ulimit -l unlimited)",
                errno: number)
        case ENOMEM, E2BIG:
            return KernelError(
                .resource, "the kernel has no memory for the eBPF map \(name) of \(size) bytes",
                wayOut: "make the ring buffer or the arrays smaller", errno: number)
        default:
            return KernelError(
                .resource, "the kernel cannot make the eBPF map \(name): \(errorText(number))", errno: number)
        }
    }

    /// The values of an array map made with BPF_F_MMAPABLE, each rounded up to 8 bytes, as memory shared with the kernel.
    func mapped() throws(KernelError) -> UnsafeMutableRawPointer {
        if let mapping { return mapping }
        let page = Int(sysconf(Int32(_SC_PAGESIZE)))
        let size = ((valueSize + 7) / 8 * 8 * entries + page - 1) / page * page
        guard let address = mmap(nil, size, PROT_READ | PROT_WRITE, MAP_SHARED, descriptor.number, 0),
            address != MAP_FAILED
        else {
            throw KernelError(.resource, "cannot map the eBPF map \(name): \(errorText(errno))", errno: errno)
        }
        mapping = address
        mappingSize = size
        return address
    }

    /// Sets the element at an index or key of 4 bytes.
    func update(key: UInt32, value: UnsafeRawPointer) -> Bool {
        withUnsafeBytes(of: key) { bpf_map_update_elem(descriptor.number, $0.baseAddress, value, 0) == 0 }
    }

    /// Sets the element with a key; false when the map is full.
    func update(key: UnsafeRawPointer, value: UnsafeRawPointer) -> Bool {
        bpf_map_update_elem(descriptor.number, key, value, 0) == 0
    }

    /// Reads the element with a key.
    func lookUp(key: UnsafeRawPointer, into value: UnsafeMutableRawPointer) -> Bool {
        bpf_map_lookup_elem(descriptor.number, key, value) == 0
    }

    /// Deletes the element with a key.
    func delete(key: UnsafeRawPointer) { bpf_map_delete_elem(descriptor.number, key) }

    /// Finds the key behind another one, nil for the first; false at the end.
    func next(_ key: UnsafeRawPointer?, into next: UnsafeMutableRawPointer) -> Bool {
        bpf_map_get_next_key(descriptor.number, key, next) == 0
    }

    deinit {
        if let mapping { munmap(mapping, mappingSize) }
    }
}
