// SPDX-License-Identifier: GPL-3.0-or-later

/// A function of the kernel or of a module that a probe may be attached to.
public struct KernelFunction: Sendable, Hashable {
    /// The symbol.
    public var name: String
    /// The module; nil for the kernel proper.
    public var module: String?
    /// The BTF id of the FUNC, where it has one that is unique.
    public var btf: KernelTypeID?
    /// The BTF id of the FUNC_PROTO; nil when BTF does not know the function: no `$variables` then.
    public var prototype: KernelTypeID?

    /// Creates a function.
    public init(name: String, module: String? = nil, btf: KernelTypeID? = nil, prototype: KernelTypeID? = nil) {
        self.name = name
        self.module = module
        self.btf = btf
        self.prototype = prototype
    }
}

/// A tracepoint of the kernel.
public struct KernelTracepoint: Sendable {
    /// The name without its system: `sched_switch`.
    public var name: String
    /// The system, where the kernel tells it (tracefs): `sched`.
    public var system: String?
    /// The module that has it; nil for the kernel proper.
    public var module: String?
    /// The parameters, without the leading `void *__data`.
    public var parameters: [KernelParameter]

    /// Creates a tracepoint.
    public init(name: String, system: String? = nil, module: String? = nil, parameters: [KernelParameter]) {
        self.name = name
        self.system = system
        self.module = module
        self.parameters = parameters
    }
}

/// What the catalogue answers for one exact function name.
public enum FunctionLookup: Sendable {
    case found(KernelFunction)
    /// The symbol exists but cannot be probed; the reason is for the user: `inlined everywhere`, `on the kprobe
    /// blacklist`, `several functions have this name`.
    case refused(reason: String)
    case absent
}

/// What can be probed on the running kernel; the Kernel room answers it, and a made-up kernel in tests.
public protocol ProbeCatalog: TypeCatalog, ProgramCatalog {
    /// Looks up one function; `needsTypes` asks for one that BTF knows, and for a cheap answer.
    func function(_ name: String, module: String?, needsTypes: Bool) -> FunctionLookup
    /// All traceable functions whose names match a glob (`*`, `?`, `[a-z]`), sorted, without `__pfx_*` and suffixed clones.
    func functions(matching glob: String, module: String?, needsTypes: Bool) -> [KernelFunction]
    /// The names of loaded modules that match a glob.
    func modules(matching glob: String) -> [String]
    /// Tracepoints whose `name` or `system:name` matches, sorted.
    func tracepoints(matching glob: String) -> [KernelTracepoint]
    /// Whether a function is exported to modules.
    func isExported(_ name: String) -> Bool
    /// Names to suggest for a misspelt function, without order; may be empty when that is costly.
    func functionNames() -> [String]
    /// The address of a symbol of the kernel that is the only one of its name; nil when there is none or it is hidden.
    func address(ofSymbol name: String) -> UInt64?
}

extension ProbeCatalog {
    /// A catalogue without symbols.
    public func address(ofSymbol name: String) -> UInt64? { nil }
}
