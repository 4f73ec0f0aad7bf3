// SPDX-License-Identifier: GPL-3.0-or-later

/// A static or global variable of the kernel.
public struct KernelVariable: Sendable {
    /// Where it is; of a per-CPU variable, what the offset of a CPU is added to.
    public var address: UInt64
    /// The type; nil where BTF does not tell it, as for all but per-CPU variables before Linux 6.14.
    public var type: KernelTypeID?
    /// Whether each CPU has its own.
    public var isPerCPU: Bool

    /// Creates a variable.
    public init(address: UInt64, type: KernelTypeID? = nil, isPerCPU: Bool = false) {
        self.address = address
        self.type = type
        self.isPerCPU = isPerCPU
    }
}

/// What the catalogue answers for the name of a variable.
public enum VariableLookup: Sendable {
    case found(KernelVariable)
    /// It may exist, yet its address cannot be told; the reason is for the user.
    case refused(reason: String)
    case absent
}

extension TypeCatalog {
    /// A catalogue without variables.
    public func variable(_ name: String, module: String?) -> VariableLookup { .absent }
}
