// SPDX-License-Identifier: GPL-3.0-or-later
import CSystem
import Glibc
import Session

/// A process that has the terminal for a while: the script of `run`, the editor, an analysis.
struct Child {
    let pid: Int32

    /// Starts a program with its words, which it finds along the path.
    init(_ words: [String]) throws(SessionError) {
        var arguments: [UnsafeMutablePointer<CChar>?] = words.map { strdup($0) }
        arguments.append(nil)
        defer { arguments.forEach { free($0) } }
        var go: Int32 = -1
        var report: Int32 = -1
        let result = swtap_spawn_waiting(arguments, &go, &report)
        guard result > 0 else { throw SessionError("cannot start '\(words.first ?? "")': \(errorText(-result))") }
        pid = result
        var byte: UInt8 = 1
        _ = write(go, &byte, 1)
        close(go)
        var failure: Int32 = 0
        let count = withUnsafeMutableBytes(of: &failure) { read(report, $0.baseAddress, $0.count) }
        close(report)
        if count == MemoryLayout<Int32>.size {
            var status: Int32 = 0
            waitpid(result, &status, 0)
            throw SessionError("cannot start '\(words.first ?? "")': \(errorText(failure))")
        }
    }

    /// The path of this program.
    static var ownProgram: String {
        var buffer = [CChar](repeating: 0, count: 4096)
        let length = readlink("/proc/self/exe", &buffer, buffer.count - 1)
        guard length > 0 else { return "swtap" }
        return String(decoding: buffer[..<length].map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }

    /// Writes a text to a file of its own that only the user can read; its path.
    static func temporaryFile(_ text: String) throws(SessionError) -> String {
        let directory = getenv("TMPDIR").map { String(cString: $0) } ?? "/tmp"
        var template = Array("\(directory)/swtapXXXXXX.stp".utf8CString)
        let descriptor = mkstemps(&template, 4)
        guard descriptor >= 0 else {
            throw SessionError("cannot make a file in '\(directory)': \(errorText(swtap_errno()))")
        }
        defer { close(descriptor) }
        var text = text
        let failure = text.withUTF8 { writeAll(descriptor, UnsafeRawBufferPointer($0)) }
        let path = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
        if let failure {
            unlink(path)
            throw SessionError("cannot write '\(path)': \(errorText(failure))")
        }
        return path
    }
}
