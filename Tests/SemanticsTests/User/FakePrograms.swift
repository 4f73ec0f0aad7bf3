// SPDX-License-Identifier: GPL-3.0-or-later
import Semantics

/// The programs of the made-up system: `/bin/app`, linked with `/lib/libz.so.1`, and `/bin/bare` without symbols.
extension FakeCatalog {
    static let app = UserProgram(path: "/bin/app")
    static let bare = UserProgram(path: "/bin/bare")
    static let library = UserProgram(path: "/lib/libz.so.1")

    func programs(named name: String) -> ProgramLookup {
        switch name {
        case "/bin/app", "app": .found([Self.app])
        case "/bin/bare": .found([Self.bare])
        case "/bin/*": .found([Self.app, Self.bare])
        case "/bin/text": .refused(reason: "it is not an ELF file")
        default: .refused(reason: "No such file or directory")
        }
    }

    func program(ofProcess pid: Int32) -> ProgramLookup {
        pid == 7 ? .found([Self.app]) : .refused(reason: "no such process")
    }

    func libraries(named name: String, of program: UserProgram) -> ProgramLookup {
        name == "libz.so.1" || name == "libz*"
            ? .found([Self.library]) : .refused(reason: "'\(program.path)' is linked with no such library")
    }

    func userFunctions(
        matching glob: String, in program: UserProgram, table: UserFunctionTable
    ) throws(ProgramProblem) -> [UserFunction] {
        var all: [UserFunction] = []
        switch (program, table) {
        case (Self.app, .linkage): all = [UserFunction(name: "puts", address: 0x1010, offset: 0x10)]
        case (Self.app, .exported): all = [UserFunction(name: "main", address: 0x1100, offset: 0x100)]
        case (Self.app, .all):
            all = [
                UserFunction(name: "main", address: 0x1100, offset: 0x100),
                UserFunction(name: "work", address: 0x1200, offset: 0x200),
            ]
        case (Self.library, _): all = [UserFunction(name: "inflate", address: 0x40, offset: 0x40)]
        default: break
        }
        return all.filter { glob == "*" || $0.name == glob }
    }

    func markers(in program: UserProgram) throws(ProgramProblem) -> [UserMarker] {
        program != Self.app
            ? []
            : [
                UserMarker(
                    provider: "app", name: "start", address: 0x1180, offset: 0x180, semaphoreOffset: 0x900,
                    arguments: "-4@%edi 8@-16(%rbp) 2@%ax 8@counter(%rip) 8@%xmm0"),
                UserMarker(provider: "app", name: "stop", address: 0x1190, offset: 0x190),
            ]
    }

    func hasSymbols(_ program: UserProgram) -> Bool { program != Self.bare }

    func symbolAddress(_ name: String, in program: UserProgram) -> UInt64? { name == "counter" ? 0x3180 : nil }

    func fileOffset(ofAddress address: UInt64, in program: UserProgram) -> UInt64? {
        address >= 0x1000 && address < 0x2000 ? address - 0x1000 : nil
    }
}
