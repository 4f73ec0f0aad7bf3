// SPDX-License-Identifier: GPL-3.0-or-later

/// Names one type of the running kernel: a BTF type id within vmlinux or a module.
public struct KernelTypeID: Hashable, Sendable {
    /// 0 for vmlinux, else the catalogue's number of the module whose split BTF holds the type.
    public var object: UInt32
    /// The BTF type id.
    public var id: UInt32

    /// Creates an id.
    public init(object: UInt32 = 0, id: UInt32) {
        self.object = object
        self.id = id
    }

    /// The type `void`.
    public static let void = KernelTypeID(id: 0)
}

/// One member of a struct or union.
public struct KernelMember: Sendable {
    /// The name; empty for an anonymous struct or union, whose members belong to the parent.
    public var name: String
    /// The type.
    public var type: KernelTypeID
    /// The offset from the start of the composite, in bits.
    public var bitOffset: Int
    /// The width in bits of a bit-field; nil for an ordinary member.
    public var bitWidth: Int?

    /// Creates a member.
    public init(name: String, type: KernelTypeID, bitOffset: Int, bitWidth: Int? = nil) {
        self.name = name
        self.type = type
        self.bitOffset = bitOffset
        self.bitWidth = bitWidth
    }
}

/// One parameter of a function or tracepoint.
public struct KernelParameter: Sendable {
    /// The name; empty where the kernel's BTF has none.
    public var name: String
    /// The type.
    public var type: KernelTypeID

    /// Creates a parameter.
    public init(name: String, type: KernelTypeID) {
        self.name = name
        self.type = type
    }
}

/// The shape of a kernel type after its typedefs and qualifiers are peeled.
public enum KernelType: Sendable {
    case void
    /// `isCharacter` is true for `char` and `unsigned char` by name or by BTF encoding.
    case integer(size: Int, isSigned: Bool, isCharacter: Bool)
    /// `isUser` where BTF tags the pointer as pointing to user memory.
    case pointer(to: KernelTypeID, isUser: Bool)
    /// A count of 0 is a flexible array member.
    case array(element: KernelTypeID, count: Int)
    case composite(isUnion: Bool, name: String, size: Int, members: [KernelMember])
    case enumeration(name: String, size: Int, isSigned: Bool)
    case function(returns: KernelTypeID, parameters: [KernelParameter], isVariadic: Bool)
    case forward(isUnion: Bool, name: String)
    case floating(size: Int)
}

/// What the running kernel says of its types; BTF behind it, a made-up kernel in tests.
public protocol TypeCatalog: AnyObject {
    /// The shape of a type; `.void` for an id that does not exist.
    func type(_ id: KernelTypeID) -> KernelType
    /// The type as C spells it, for listings: `struct socket*`, `unsigned int`, `u32`.
    func spelling(of id: KernelTypeID) -> String
    /// Finds a named type: `struct sock`, `union x`, `enum y`, or a bare name (struct, union, typedef, enum, int in
    /// that order); without pointers. `module` nil or "kernel" means vmlinux first, then loaded modules.
    func findType(_ name: String, module: String?) -> KernelTypeID?
    /// The enumerators of an enumeration, in their order.
    func enumerators(of id: KernelTypeID) -> [(name: String, value: Int64)]
    /// The value of an enumerator anywhere in vmlinux.
    func enumerator(named name: String) -> Int64?
    /// Looks up a static or global variable; `module` nil means the kernel proper.
    func variable(_ name: String, module: String?) -> VariableLookup
}
