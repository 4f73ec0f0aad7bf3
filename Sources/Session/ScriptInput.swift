// SPDX-License-Identifier: GPL-3.0-or-later
import CSystem
import Glibc
import Syntax

/// Reads the user's scripts into source files.
struct ScriptInput {
    /// The files in order: the main script, then those of `-E`.
    private(set) var files: [SourceFile] = []
    /// What is wrong with a script that cannot be read, in SystemTap's words.
    private(set) var problems: [Diagnostic] = []

    init(_ options: SessionOptions) {
        switch options.script {
        case .text(let text): add(SourceFile(name: "<input>", text: text))
        case .file(let path): addFile(path)
        case nil: break
        }
        for (index, text) in options.additionalScripts.enumerated() {
            add(SourceFile(name: "<input\(index + 1)>", text: text))
        }
    }

    private mutating func addFile(_ path: String) {
        let name = path == "-" ? "<input>" : path
        var information = stat()
        if path != "-" {
            guard stat(path, &information) == 0 else {
                return report(
                    swtap_errno() == ENOENT
                        ? "Input file '\(path)' is missing." : "Input file '\(path)' can't be opened for reading.")
            }
            guard information.st_mode & S_IFMT != S_IFDIR else {
                return report("Input file '\(path)' can't be opened for reading: it is a directory.")
            }
        }
        do {
            add(SourceFile(name: name, bytes: try readFile(path)))
        } catch {
            report("Input file '\(name)' can't be opened for reading.")
        }
    }

    private mutating func add(_ file: SourceFile) {
        guard !file.bytes.isEmpty else { return report("Input file '\(file.name)' is empty.") }
        files.append(file)
    }

    private mutating func report(_ message: String) {
        problems.append(Diagnostic(.parseError, message))
    }
}
