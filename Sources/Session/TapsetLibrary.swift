// SPDX-License-Identifier: GPL-3.0-or-later
import CSystem
import CTapsets
import Glibc
import Syntax

/// The tapset files: those embedded in the binary and those of `-I` directories.
struct TapsetLibrary {
    private var embedded: [SourceFile] = []
    private var added: [SourceFile] = []

    /// Reads the embedded files, then the directories with all below them; a missing directory is an error.
    init(directories: [String]) throws(SessionError) {
        for index in 0..<swtap_tapset_count {
            let entry = swtap_tapset_at(index)!.pointee
            let bytes = Array(UnsafeBufferPointer(start: entry.bytes, count: entry.size))
            embedded.append(SourceFile(name: String(cString: entry.name), bytes: bytes, role: .shipped))
        }
        for directory in directories { try addDirectory(directory, isNamed: true) }
    }

    /// All files.
    var files: [SourceFile] { embedded + added }

    /// The files that a script with these texts can need: all of `-I`, and what the embedded ones declare for it.
    func files(neededBy texts: [[UInt8]]) -> [SourceFile] {
        if texts.contains(where: TapsetIndex.hasWildcardPoint) { return files }
        return TapsetIndex(embedded).needed(by: texts + added.map(\.bytes)) + added
    }

    private mutating func addDirectory(_ path: String, isNamed: Bool) throws(SessionError) {
        guard let directory = opendir(path) else {
            if isNamed { throw SessionError("tapset directory '\(path)': \(errorText(swtap_errno()))") }
            return
        }
        defer { closedir(directory) }
        var names: [String] = []
        while let entry = readdir(directory) {
            let name = withUnsafePointer(to: &entry.pointee.d_name) {
                $0.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
            }
            if !name.hasPrefix(".") { names.append(name) }
        }
        for name in names.sorted() {
            let full = "\(path)/\(name)"
            if name.hasSuffix(".stp") || name.hasSuffix(".stpm") {
                added.append(SourceFile(name: full, bytes: try readFile(full), role: .tapset))
            } else {
                var information = stat()
                if stat(full, &information) == 0, information.st_mode & S_IFMT == S_IFDIR {
                    try addDirectory(full, isNamed: false)
                }
            }
        }
    }
}

/// The bytes of a file, or of standard input for `-`.
public func readFile(_ path: String) throws(SessionError) -> [UInt8] {
    var descriptor = STDIN_FILENO
    if path != "-" {
        descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw SessionError("cannot read '\(path)': \(errorText(swtap_errno()))") }
    }
    defer { if descriptor != STDIN_FILENO { close(descriptor) } }
    var bytes: [UInt8] = []
    var chunk = [UInt8](repeating: 0, count: 65536)
    while true {
        let count = read(descriptor, &chunk, chunk.count)
        if count == 0 { return bytes }
        if count < 0 {
            if swtap_errno() == EINTR { continue }
            throw SessionError("cannot read '\(path)': \(errorText(swtap_errno()))")
        }
        bytes.append(contentsOf: chunk[..<count])
    }
}
