// SPDX-License-Identifier: GPL-3.0-or-later
import CSystem
import Glibc

/// The command of `-c`: started stopped, let go when all probes are open, awaited.
final class TargetCommand {
    /// The pid: what `target()` answers.
    let pid: Int32
    private let text: String
    private var goDescriptor: Int32
    private let errorDescriptor: Int32

    /// Forks the command; it does not run before `start()`. Fails when no such program can be found.
    init(_ text: String) throws(SessionError) {
        self.text = text
        let words = try TargetCommand.words(of: text)
        var arguments: [UnsafeMutablePointer<CChar>?] = words.map { strdup($0) }
        arguments.append(nil)
        defer { arguments.forEach { free($0) } }
        var goDescriptor: Int32 = -1
        var errorDescriptor: Int32 = -1
        let result = swtap_spawn_waiting(arguments, &goDescriptor, &errorDescriptor)
        guard result > 0 else { throw SessionError("cannot start '\(text)': \(errorText(-result))") }
        pid = result
        self.goDescriptor = goDescriptor
        self.errorDescriptor = errorDescriptor
    }

    /// Lets the command run; fails when the program cannot be executed.
    func start() throws(SessionError) {
        var byte: UInt8 = 1
        _ = write(goDescriptor, &byte, 1)
        close(goDescriptor)
        goDescriptor = -1
        var failure: Int32 = 0
        let count = withUnsafeMutableBytes(of: &failure) { read(errorDescriptor, $0.baseAddress, $0.count) }
        close(errorDescriptor)
        if count == MemoryLayout<Int32>.size {
            throw SessionError("cannot start '\(text)': \(errorText(failure))")
        }
    }

    /// Ends a command that never ran.
    func cancel() {
        guard goDescriptor >= 0 else { return }
        close(goDescriptor)
        goDescriptor = -1
        var status: Int32 = 0
        waitpid(pid, &status, 0)
    }

    private static let shellCharacters = Set("|&;<>()$`\\\"'*?[]#~=%!{}\n".utf8)

    /// The argument vector: by the shell when the text has characters that mean something to it.
    private static func words(of text: String) throws(SessionError) -> [String] {
        if text.utf8.contains(where: { shellCharacters.contains($0) }) { return ["/bin/sh", "-c", text] }
        let words = text.split(whereSeparator: { $0 == " " || $0 == "\t" }).map(String.init)
        guard let program = words.first else { throw SessionError("the command of -c is empty") }
        guard isExecutable(program) else {
            throw SessionError("cannot start '\(text)': no executable '\(program)' found")
        }
        return words
    }

    private static func isExecutable(_ program: String) -> Bool {
        if program.utf8.contains(UInt8(ascii: "/")) { return access(program, X_OK) == 0 }
        let path = getenv("PATH").map { String(cString: $0) } ?? "/usr/bin:/bin"
        return path.split(separator: ":").contains { access("\($0)/\(program)", X_OK) == 0 }
    }
}
