// SPDX-License-Identifier: GPL-3.0-or-later
import Glibc

/// The namespaces of a process, or of swtap, which last as long as this does even when the process ends.
public final class Namespaces {
    /// What a namespace gives ids to.
    public enum Kind: String, Sendable {
        /// Processes and threads: `struct pid_namespace`.
        case processes = "pid"
        /// Users and groups: `struct user_namespace`.
        case users = "user"
    }

    private var files: [Kind: Descriptor] = [:]
    private var addresses: [Kind: UInt64] = [:]

    /// Holds on to the namespaces of a process; of swtap with nil, and then a kernel without them is no error.
    public init(ofProcess process: Int32?) throws(KernelError) {
        for kind in [Kind.processes, .users] {
            let path = "/proc/\(process.map(String.init) ?? "self")/ns/\(kind.rawValue)"
            let number = open(path, O_RDONLY | O_CLOEXEC)
            if number >= 0 {
                files[kind] = Descriptor(number)
            } else if process != nil {
                throw KernelError(
                    .attachment, "cannot open the namespace \(path): \(errorText(errno))",
                    wayOut: "--target-namespaces needs a process that swtap may look into", errno: errno)
            }
        }
    }

    /// The address of a namespace in the kernel; 0 where the kernel has none or does not let us look.
    public func address(_ kind: Kind, catalog: KernelCatalog, reader: KernelMemoryReader) -> UInt64 {
        if let known = addresses[kind] { return known }
        var address: UInt64 = 0
        let offsets = KernelOffsets(catalog, reader: reader)
        // Its file in /proc has an inode that belongs to the namespace: i_private is its `ns` member.
        if let file = files[kind], let inode = offsets.inode(ofDescriptor: file.number),
            let inner = try? offsets.offset("i_private", of: "inode"),
            let member = try? offsets.offset("ns", of: "\(kind.rawValue)_namespace"),
            let common = offsets.word(inode &+ UInt64(inner)), common != 0
        {
            address = common &- UInt64(member)
        }
        addresses[kind] = address
        return address
    }
}
