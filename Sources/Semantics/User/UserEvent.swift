// SPDX-License-Identifier: GPL-3.0-or-later

/// Whose events a probe of user space is about.
public enum ProcessScope: Sendable, Hashable {
    /// All processes.
    case every
    /// The process of `-c` or `-x` with all its descendants.
    case target
    /// One process.
    case process(Int32)
    /// The processes that run one of some programs.
    case programs([UserProgram])
}

/// A moment in the life of a process or thread.
public enum ProcessMoment: Sendable, Hashable {
    /// A process starts a program, is forked, or is there already when the session begins.
    case begin
    /// The last thread of a process ends.
    case end
    /// A thread that is not the first of its process begins.
    case threadBegin
    /// A thread that is not the first of its process ends.
    case threadEnd
}

/// A place in a program's code.
public struct UserPlace: Sendable, Hashable {
    /// The file.
    public var program: UserProgram
    /// The offset of the instruction in the file.
    public var offset: UInt64
    /// The link-time address of the instruction.
    public var address: UInt64
    /// The function's or marker's name.
    public var name: String
    /// Where in the file the counter of a marker is; 0 for none.
    public var semaphoreOffset: UInt64

    /// Creates a place.
    public init(
        program: UserProgram, offset: UInt64, address: UInt64, name: String, semaphoreOffset: UInt64 = 0
    ) {
        self.program = program
        self.offset = offset
        self.address = address
        self.name = name
        self.semaphoreOffset = semaphoreOffset
    }
}

/// An event of user space.
public enum UserEvent: Sendable, Hashable {
    /// The life of a process.
    case life(ProcessMoment)
    /// A system call, at its entry or return.
    case systemCall(isReturn: Bool)
    /// The entry or return of a function, or a plain address.
    case function(UserPlace, isReturn: Bool)
    /// A marker.
    case marker(UserMarker, UserPlace)

    /// The place in the code, for those that have one.
    public var place: UserPlace? {
        switch self {
        case .life, .systemCall: nil
        case .function(let place, _), .marker(_, let place): place
        }
    }

    /// What `probe_type()` says.
    public var typeName: String {
        switch self {
        case .life: "utrace"
        case .systemCall: "utrace_syscall"
        case .function(_, let isReturn): isReturn ? "uretprobe" : "uprobe"
        case .marker: "uprobe"
        }
    }
}
