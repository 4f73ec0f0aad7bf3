// SPDX-License-Identifier: GPL-3.0-or-later

/// A file with the code of programs: an executable or a library.
public struct UserProgram: Sendable, Hashable {
    /// The absolute path, symbolic links followed.
    public var path: String

    /// Names a program.
    public init(path: String) { self.path = path }
}

/// What the catalogue answers for a program's name, path or pattern.
public enum ProgramLookup: Sendable {
    /// The files; several where a pattern matches several.
    case found([UserProgram])
    /// There is none; the reason is for the user: `No such file or directory`.
    case refused(reason: String)
}

/// A function of a program.
public struct UserFunction: Sendable, Hashable {
    /// The symbol.
    public var name: String
    /// The link-time address.
    public var address: UInt64
    /// Where in the file its first instruction is.
    public var offset: UInt64

    /// Creates a function.
    public init(name: String, address: UInt64, offset: UInt64) {
        self.name = name
        self.address = address
        self.offset = offset
    }
}

/// Which of a program's functions are meant.
public enum UserFunctionTable: Sendable {
    /// All that the file names.
    case all
    /// Those that other files can call.
    case exported
    /// The places where the file calls functions of others.
    case linkage
}

/// A marker of a program (sys/sdt.h).
public struct UserMarker: Sendable, Hashable {
    /// Whose it is.
    public var provider: String
    /// What it is called.
    public var name: String
    /// The link-time address of its instruction.
    public var address: UInt64
    /// Where in the file its instruction is.
    public var offset: UInt64
    /// Where in the file the counter is that switches it on; 0 for none.
    public var semaphoreOffset: UInt64
    /// Where its arguments are, as the assembler says it: `-8@%rdi 4@$5`.
    public var arguments: String

    /// Creates a marker.
    public init(
        provider: String, name: String, address: UInt64, offset: UInt64, semaphoreOffset: UInt64 = 0,
        arguments: String = ""
    ) {
        self.provider = provider
        self.name = name
        self.address = address
        self.offset = offset
        self.semaphoreOffset = semaphoreOffset
        self.arguments = arguments
    }
}

/// The process that a session is about.
public enum SessionTarget: Sendable, Hashable {
    case none
    /// `-c`: the words of the command, not started yet.
    case command([String])
    /// `-x`.
    case process(Int32)
}

/// What user space has that can be probed; the Kernel room answers it, and a made-up system in tests.
public protocol ProgramCatalog: AnyObject {
    /// The process of `-c` or `-x`.
    var sessionTarget: SessionTarget { get }
    /// The programs that a path, a name to be looked for in PATH, or a pattern of paths means.
    func programs(named name: String) -> ProgramLookup
    /// The program that a process runs.
    func program(ofProcess pid: Int32) -> ProgramLookup
    /// The libraries that a path, a name, or a pattern means among those that a program is linked with, or that the system
    /// has.
    func libraries(named name: String, of program: UserProgram) -> ProgramLookup
    /// Functions whose names match a glob, by address; throws why the file cannot be read.
    func userFunctions(
        matching glob: String, in program: UserProgram, table: UserFunctionTable
    ) throws(ProgramProblem) -> [UserFunction]
    /// All markers in the order of the file; throws why the file cannot be read.
    func markers(in program: UserProgram) throws(ProgramProblem) -> [UserMarker]
    /// Whether the file names its functions at all, or was stripped.
    func hasSymbols(_ program: UserProgram) -> Bool
    /// The link-time address of a symbol.
    func symbolAddress(_ name: String, in program: UserProgram) -> UInt64?
    /// Where in the file the code at a link-time address is; nil where there is none.
    func fileOffset(ofAddress address: UInt64, in program: UserProgram) -> UInt64?
}

/// Why a file is no program.
public struct ProgramProblem: Error, Equatable {
    /// The reason, for the user.
    public var reason: String

    /// Creates a problem.
    public init(_ reason: String) { self.reason = reason }
}

/// A catalogue that knows of no programs.
extension ProgramCatalog {
    /// None: the process of `-c` or `-x`.
    public var sessionTarget: SessionTarget { .none }

    /// None: the programs that a path, a name of PATH, a build id, or a pattern means.
    public func programs(named name: String) -> ProgramLookup { .refused(reason: "programs cannot be probed here") }

    /// None: the program that a process runs.
    public func program(ofProcess pid: Int32) -> ProgramLookup { .refused(reason: "programs cannot be probed here") }

    /// None: the libraries that a path, a name, or a pattern means.
    public func libraries(named name: String, of program: UserProgram) -> ProgramLookup {
        .refused(reason: "programs cannot be probed here")
    }

    /// None: functions whose names match a glob, by address.
    public func userFunctions(
        matching glob: String, in program: UserProgram, table: UserFunctionTable
    ) throws(ProgramProblem) -> [UserFunction] { [] }

    /// None: all markers in the order of the file.
    public func markers(in program: UserProgram) throws(ProgramProblem) -> [UserMarker] { [] }

    /// Yes: whether the file names its functions.
    public func hasSymbols(_ program: UserProgram) -> Bool { true }

    /// None: the link-time address of a symbol.
    public func symbolAddress(_ name: String, in program: UserProgram) -> UInt64? { nil }

    /// None: where in the file the code at a link-time address is.
    public func fileOffset(ofAddress address: UInt64, in program: UserProgram) -> UInt64? { nil }
}
