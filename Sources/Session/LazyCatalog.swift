// SPDX-License-Identifier: GPL-3.0-or-later
import Kernel
import Semantics

/// The kernel's catalogue, read at the first question, so that a script without kernel probes needs no BTF and no root.
final class LazyCatalog: ProbeCatalog {
    /// Why the catalogue could not be read; it then answers as if the kernel had nothing.
    private(set) var failure: KernelError?
    private var opened: KernelCatalog?
    private var wasTried = false
    /// Whether somebody has asked since this was last cleared.
    var wasAsked = false
    /// Programs and libraries, for which the kernel need not be asked.
    let programs: ProgramFiles

    init(target: SessionTarget = .none) { programs = ProgramFiles(target: target) }

    /// The catalogue itself; nil when it cannot be read.
    var catalog: KernelCatalog? {
        wasAsked = true
        if !wasTried {
            wasTried = true
            do { opened = try KernelCatalog() } catch { failure = error }
        }
        return opened
    }

    func type(_ id: KernelTypeID) -> KernelType { catalog?.type(id) ?? .void }

    func spelling(of id: KernelTypeID) -> String { catalog?.spelling(of: id) ?? "" }

    func findType(_ name: String, module: String?) -> KernelTypeID? { catalog?.findType(name, module: module) }

    func enumerators(of id: KernelTypeID) -> [(name: String, value: Int64)] { catalog?.enumerators(of: id) ?? [] }

    func enumerator(named name: String) -> Int64? { catalog?.enumerator(named: name) }

    func variable(_ name: String, module: String?) -> VariableLookup {
        catalog?.variable(name, module: module) ?? .absent
    }

    func function(_ name: String, module: String?, needsTypes: Bool) -> FunctionLookup {
        catalog?.function(name, module: module, needsTypes: needsTypes) ?? .absent
    }

    func functions(matching glob: String, module: String?, needsTypes: Bool) -> [KernelFunction] {
        catalog?.functions(matching: glob, module: module, needsTypes: needsTypes) ?? []
    }

    func modules(matching glob: String) -> [String] { catalog?.modules(matching: glob) ?? [] }

    func tracepoints(matching glob: String) -> [KernelTracepoint] { catalog?.tracepoints(matching: glob) ?? [] }

    func address(ofSymbol name: String) -> UInt64? { catalog?.address(ofSymbol: name) }

    func isExported(_ name: String) -> Bool { catalog?.isExported(name) ?? false }

    func functionNames() -> [String] { catalog?.functionNames() ?? [] }
}

extension LazyCatalog {
    var sessionTarget: SessionTarget { programs.sessionTarget }

    func programs(named name: String) -> ProgramLookup { programs.programs(named: name) }

    func program(ofProcess pid: Int32) -> ProgramLookup { programs.program(ofProcess: pid) }

    func libraries(named name: String, of program: UserProgram) -> ProgramLookup {
        programs.libraries(named: name, of: program)
    }

    func userFunctions(
        matching glob: String, in program: UserProgram, table: UserFunctionTable
    ) throws(ProgramProblem) -> [UserFunction] {
        try programs.userFunctions(matching: glob, in: program, table: table)
    }

    func markers(in program: UserProgram) throws(ProgramProblem) -> [UserMarker] { try programs.markers(in: program) }

    func hasSymbols(_ program: UserProgram) -> Bool { programs.hasSymbols(program) }

    func symbolAddress(_ name: String, in program: UserProgram) -> UInt64? {
        programs.symbolAddress(name, in: program)
    }

    func fileOffset(ofAddress address: UInt64, in program: UserProgram) -> UInt64? {
        programs.fileOffset(ofAddress: address, in: program)
    }
}
