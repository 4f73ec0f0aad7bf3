// SPDX-License-Identifier: GPL-3.0-or-later
import Glibc
import Semantics

/// The programs and libraries of this system, each read at the first question.
public final class ProgramFiles: ProgramCatalog {
    /// The process of `-c` or `-x`.
    public let sessionTarget: SessionTarget
    private var files: [String: Result<ElfFile, ElfProblem>] = [:]
    private lazy var search = LibrarySearch { [unowned self] in try? file($0) }

    /// Prepares; nothing is read yet.
    public init(target: SessionTarget = .none) { sessionTarget = target }

    /// The file of a program; throws why it cannot be read.
    public func file(_ path: String) throws(ElfProblem) -> ElfFile {
        if let known = files[path] { return try known.get() }
        do {
            let file = try ElfFile(path: path)
            files[path] = .success(file)
            return file
        } catch {
            files[path] = .failure(error)
            throw error
        }
    }

    private func file(_ program: UserProgram) throws(ProgramProblem) -> ElfFile {
        do throws(ElfProblem) {
            return try file(program.path)
        } catch {
            throw ProgramProblem(error.reason)
        }
    }

    // MARK: - Programs

    /// The programs that a path, a name of PATH, a build id, or a pattern means.
    public func programs(named name: String) -> ProgramLookup {
        guard !name.isEmpty else { return .refused(reason: "the path is empty") }
        if isGlob(name) { return matching(name) }
        if name.contains("/") { return program(at: name) }
        for directory in Self.searchPath {
            let path = "\(directory)/\(name)"
            if access(path, X_OK) == 0, case .found(let programs) = program(at: path) { return .found(programs) }
        }
        if let path = Self.path(ofBuildID: name) { return .found([UserProgram(path: path)]) }
        return .refused(reason: "there is no executable '\(name)' in PATH")
    }

    private func program(at path: String) -> ProgramLookup {
        guard let real = Self.realPath(path) else { return .refused(reason: errorText(errno)) }
        if let problem = Self.problem(of: real) { return .refused(reason: problem) }
        return .found([UserProgram(path: real)])
    }

    private func matching(_ pattern: String) -> ProgramLookup {
        let patterns = pattern.contains("/") ? [pattern] : Self.searchPath.map { "\($0)/\(pattern)" }
        var found: [UserProgram] = []
        var seen: Set<String> = []
        for path in patterns.flatMap(Self.expand) {
            guard access(path, X_OK) == 0, let real = Self.realPath(path), seen.insert(real).inserted,
                Self.problem(of: real) == nil
            else { continue }
            found.append(UserProgram(path: real))
        }
        return found.isEmpty ? .refused(reason: "no program matches") : .found(found)
    }

    /// The program that a process runs.
    public func program(ofProcess pid: Int32) -> ProgramLookup {
        if kill(pid, 0) != 0, errno == ESRCH { return .refused(reason: "no such process") }
        let link = "/proc/\(pid)/exe"
        guard let path = Self.readLink(link) else {
            return .refused(reason: errno == ENOENT ? "it is a thread of the kernel" : errorText(errno))
        }
        // The file may be deleted, replaced, or in another mount namespace.
        var running = stat()
        var named = stat()
        if stat(link, &running) == 0, stat(path, &named) == 0, running.st_ino == named.st_ino,
            running.st_dev == named.st_dev
        {
            return .found([UserProgram(path: path)])
        }
        return .found([UserProgram(path: link)])
    }

    /// The libraries that a path, a name, or a pattern means.
    public func libraries(named name: String, of program: UserProgram) -> ProgramLookup {
        if name.contains("/"), !isGlob(name) { return self.program(at: name) }
        let found = search.libraries(matching: name, of: program.path)
        if found.isEmpty {
            return .refused(
                reason: isGlob(name)
                    ? "'\(program.path)' is linked with no such library"
                    : "'\(program.path)' is not linked with it, and it is in none of the system's library directories")
        }
        return .found(found.map { UserProgram(path: $0) })
    }

    // MARK: - Places

    /// Functions whose names match a glob, by address.
    public func userFunctions(
        matching glob: String, in program: UserProgram, table: UserFunctionTable
    ) throws(ProgramProblem) -> [UserFunction] {
        let file = try file(program)
        let symbols: [ElfSymbol]
        switch table {
        case .all: symbols = file.functions(matching: glob)
        case .exported: symbols = file.functions(matching: glob, exportedOnly: true)
        case .linkage: symbols = file.linkageEntries(matching: glob)
        }
        if !isGlob(glob), let first = symbols.first, symbols.allSatisfy(\.isIndirect) {
            throw ProgramProblem(
                "'\(first.name)' only chooses the function to be called, when the program starts; probe what it chooses"
            )
        }
        var found: [UserFunction] = []
        for symbol in symbols where !symbol.isIndirect {
            // A pattern means code, of which one piece may have many names.
            if isGlob(glob), found.last?.address == symbol.address { continue }
            guard let offset = file.fileOffset(of: symbol.address) else { continue }
            found.append(UserFunction(name: symbol.name, address: symbol.address, offset: offset))
        }
        return found
    }

    /// All markers in the order of the file.
    public func markers(in program: UserProgram) throws(ProgramProblem) -> [UserMarker] {
        let file = try file(program)
        return file.markers.compactMap { marker in
            guard let offset = file.fileOffset(of: marker.address) else { return nil }
            return UserMarker(
                provider: marker.provider, name: marker.name, address: marker.address, offset: offset,
                semaphoreOffset: marker.semaphore == 0 ? 0 : file.fileOffset(of: marker.semaphore) ?? 0,
                arguments: marker.arguments)
        }
    }

    /// Whether the file names its functions.
    public func hasSymbols(_ program: UserProgram) -> Bool { (try? file(program.path))?.hasFullSymbols ?? false }

    /// The link-time address of a symbol.
    public func symbolAddress(_ name: String, in program: UserProgram) -> UInt64? {
        (try? file(program.path))?.symbol(named: name)?.address
    }

    /// Where in the file the code at a link-time address is.
    public func fileOffset(ofAddress address: UInt64, in program: UserProgram) -> UInt64? {
        guard let file = try? file(program.path) else { return nil }
        let isCode = file.segments.contains {
            $0.isExecutable && address >= $0.address && address - $0.address < $0.fileSize
        }
        return isCode ? file.fileOffset(of: address) : nil
    }

    // MARK: - Paths

    private static var searchPath: [String] {
        let path = getenv("PATH").map { String(cString: $0) } ?? "/usr/local/bin:/usr/bin:/bin"
        return path.split(separator: ":").map(String.init)
    }

    static func realPath(_ path: String) -> String? {
        guard let real = realpath(path, nil) else { return nil }
        defer { free(real) }
        return String(cString: real)
    }

    private static func readLink(_ path: String) -> String? {
        var buffer = [UInt8](repeating: 0, count: Int(PATH_MAX))
        let count = buffer.withUnsafeMutableBytes { bytes -> Int in
            guard let start = bytes.baseAddress else { return -1 }
            return readlink(path, start.assumingMemoryBound(to: CChar.self), bytes.count)
        }
        return count > 0 ? String(decoding: buffer.prefix(count), as: UTF8.self) : nil
    }

    /// Why a file cannot be a program that is executed; nil when it can.
    private static func problem(of path: String) -> String? {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
        guard descriptor >= 0 else { return errorText(errno) }
        defer { close(descriptor) }
        var facts = stat()
        if fstat(descriptor, &facts) == 0, facts.st_mode & S_IFMT != S_IFREG {
            return facts.st_mode & S_IFMT == S_IFDIR ? errorText(EISDIR) : "it is no regular file"
        }
        var magic: UInt32 = 0
        let count = withUnsafeMutableBytes(of: &magic) { read(descriptor, $0.baseAddress, 4) }
        if count == 4, magic.littleEndian == 0x464C_457F { return nil }
        if count >= 2, magic.littleEndian & 0xffff == 0x2123 {
            return "it is a script: its processes run the interpreter in its first line, which can be probed"
        }
        return ElfProblem.notElf.reason
    }

    /// The paths that match a pattern, sorted.
    static func expand(_ pattern: String) -> [String] {
        var found = glob_t()
        guard glob(pattern, 0, nil, &found) == 0 else { return [] }
        defer { globfree(&found) }
        guard let paths = found.gl_pathv else { return [] }
        var names: [String] = []
        for index in 0..<Int(found.gl_pathc) {
            let path: UnsafeMutablePointer<CChar>? = paths[index]
            if let path { names.append(String(cString: path)) }
        }
        return names
    }

    /// The program of a build id, where the system has a table of them.
    private static func path(ofBuildID text: String) -> String? {
        guard text.count >= 16, text.allSatisfy({ $0.isHexDigit && $0.isASCII }) else { return nil }
        let name = text.lowercased()
        return realPath("/usr/lib/debug/.build-id/\(name.prefix(2))/\(name.dropFirst(2))")
    }
}
