// SPDX-License-Identifier: GPL-3.0-or-later
import CLibelf
import Glibc

/// Finds the libraries of a program much as the dynamic linker does: what it names as needed, and what those need.
struct LibrarySearch {
    /// Opens a file; nil when it is none.
    let open: (String) -> ElfFile?

    /// The paths of libraries whose path, file name or needed name matches. A name that is no pattern may also be one that
    /// the program only loads later, of the system's directories.
    func libraries(matching pattern: String, of program: String) -> [String] {
        var found: [String] = []
        for (name, path) in closure(of: program) {
            let file = path.split(separator: "/").last.map(String.init) ?? path
            guard [name, path, file].contains(where: { (text: String) in fnmatch(pattern, text, 0) == 0 }),
                !found.contains(path)
            else {
                continue
            }
            found.append(path)
        }
        if found.isEmpty, !isGlob(pattern), let path = find(pattern, [], relativeTo: program) { found = [path] }
        return found
    }

    /// All needed names with the files they mean, nearest first.
    private func closure(of program: String) -> [(name: String, path: String)] {
        var result: [(name: String, path: String)] = []
        var seen: Set<String> = []
        var open = [program]
        while !open.isEmpty {
            let path = open.removeFirst()
            guard let file = self.open(path) else { continue }
            let names = file.dynamicNames
            for name in names.needed where seen.insert(name).inserted {
                guard let path = find(name, names.runPaths, relativeTo: path) else { continue }
                result.append((name, path))
                open.append(path)
            }
        }
        return result
    }

    private func find(_ name: String, _ runPaths: [String], relativeTo file: String) -> String? {
        if name.contains("/") { return ProgramFiles.realPath(name) }
        let origin = file.split(separator: "/", omittingEmptySubsequences: false).dropLast().joined(separator: "/")
        var directories = runPaths.flatMap { $0.split(separator: ":").map(String.init) }.map { path in
            path.hasPrefix("$ORIGIN")
                ? origin + path.dropFirst(7)
                : path.hasPrefix("${ORIGIN}") ? origin + path.dropFirst(9) : path
        }
        if let extra = getenv("LD_LIBRARY_PATH") {
            directories += String(cString: extra).split(separator: ":").map(String.init)
        }
        directories += Self.systemDirectories
        for directory in directories {
            if let path = ProgramFiles.realPath("\(directory)/\(name)"), open(path) != nil { return path }
        }
        return nil
    }

    /// The directories of /etc/ld.so.conf and those that the linker knows by itself.
    private static let systemDirectories: [String] = {
        var files = ["/etc/ld.so.conf"]
        var directories: [String] = []
        var count = 0
        while let file = files.popLast(), count < 100 {
            count += 1
            for line in (readText(file) ?? "").split(separator: "\n") {
                let words = line.split(whereSeparator: { $0 == " " || $0 == "\t" })
                guard let first = words.first, !first.hasPrefix("#") else { continue }
                if first == "include", words.count > 1 {
                    let pattern = words[1].hasPrefix("/") ? String(words[1]) : "/etc/" + words[1]
                    files += ProgramFiles.expand(pattern).reversed()
                } else {
                    directories.append(String(first))
                }
            }
        }
        #if arch(arm64)
            let architecture = "aarch64-linux-gnu"
        #else
            let architecture = "x86_64-linux-gnu"
        #endif
        // Debian's linker knows its own directories without any configuration.
        return directories + [
            "/lib/\(architecture)", "/usr/lib/\(architecture)", "/lib64", "/usr/lib64", "/lib", "/usr/lib",
        ]
    }()
}

extension ElfFile {
    /// What the dynamic section names: libraries that must be there, and where else to look for them.
    var dynamicNames: (needed: [String], runPaths: [String]) {
        guard let table = section(ofType: SHT_DYNAMIC), let strings = section(at: Int(table.header.sh_link))?.data,
            strings.last == 0, let names = strings.baseAddress
        else { return ([], []) }
        var needed: [String] = []
        var runPaths: [String] = []
        let stride = MemoryLayout<Elf64_Dyn>.stride
        for index in 0..<(table.data.count / stride) {
            let tag = table.data.loadUnaligned(fromByteOffset: index * stride, as: Int64.self)
            let value = table.data.loadUnaligned(fromByteOffset: index * stride + 8, as: UInt64.self)
            guard tag != Int64(DT_NULL) else { break }
            guard value < UInt64(strings.count) else { continue }
            let name = { String(cString: (names + Int(value)).assumingMemoryBound(to: CChar.self)) }
            if tag == Int64(DT_NEEDED) { needed.append(name()) }
            if tag == Int64(DT_RUNPATH) || tag == Int64(DT_RPATH) { runPaths.append(name()) }
        }
        return (needed, runPaths)
    }
}
