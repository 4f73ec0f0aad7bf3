// SPDX-License-Identifier: GPL-3.0-or-later
import CSystem
import Glibc

/// When the output goes on in the next file, and how many files stay: `-S SIZE[,N]`.
public struct OutputRotation: Sendable, Equatable {
    /// The most bytes of a file.
    public var size: Int
    /// How many files stay; nil for all.
    public var count: Int?

    /// Creates a rule.
    public init(size: Int, count: Int? = nil) {
        self.size = size
        self.count = count
    }
}

/// Where the script's output goes: standard output or the files of `-o`.
///
/// The first failure is kept, and nothing is written after it.
final class OutputSink {
    private var descriptor: Int32
    /// The name that was asked for; nil for standard output.
    private let pattern: String?
    private let rotation: OutputRotation?
    private var name: String?
    /// The files so far, the oldest first.
    private var names: [String] = []
    /// The number of the current file.
    private var number = 0
    private var written = 0
    /// The errno of the write that failed.
    private(set) var failure: Int32?

    /// Takes the bytes instead of a descriptor.
    private var take: ((UnsafeRawBufferPointer) -> Void)?

    /// A closure that takes all bytes.
    convenience init(_ take: @escaping (UnsafeRawBufferPointer) -> Void) {
        self.init()
        self.take = take
    }

    /// Standard output.
    init() {
        descriptor = STDOUT_FILENO
        pattern = nil
        rotation = nil
    }

    /// A file, created or emptied, its name expanded by strftime(3), and with a rule for rotation followed by `.0`, `.1`
    /// and so on; fails with a message.
    init(path: String, rotation: OutputRotation? = nil) throws(SessionError) {
        descriptor = -1
        pattern = path
        self.rotation = rotation
        let expanded = OutputSink.expandTime(path)
        let first = rotation == nil ? expanded : expanded + ".0"
        if let reason = open(first) {
            throw SessionError("cannot open output file '\(first)': \(errorText(reason))")
        }
    }

    /// Opens a file as the current one; nil on success, else the errno, and the one before stays.
    private func open(_ path: String) -> Int32? {
        let opened = Glibc.open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o644)
        guard opened >= 0 else { return swtap_errno() }
        if descriptor >= 0 { close(descriptor) }
        descriptor = opened
        name = path
        written = 0
        names.append(path)
        return nil
    }

    /// Writes bytes; false once writing has failed.
    @discardableResult
    func write(_ bytes: UnsafeRawBufferPointer) -> Bool {
        guard failure == nil else { return false }
        if let take {
            take(bytes)
            return true
        }
        if let rotation, written > 0, written + bytes.count > rotation.size { switchFile() }
        guard failure == nil else { return false }
        failure = writeAll(descriptor, bytes)
        written += bytes.count
        return failure == nil
    }

    /// Goes on in the next file: that of the time now, or with the next number behind its name. Nothing for standard
    /// output. A file that cannot be opened is a failed write.
    func switchFile() {
        guard failure == nil, let pattern else { return }
        number += 1
        let expanded = OutputSink.expandTime(pattern)
        let next = rotation == nil && !names.contains(expanded) ? expanded : "\(expanded).\(number)"
        if let reason = open(next) {
            name = next
            failure = reason
            return
        }
        guard let count = rotation?.count else { return }
        while names.count > count {
            let oldest = names.removeFirst()
            if !names.contains(oldest) { unlink(oldest) }
        }
    }

    /// The message for a failed write.
    var failureText: String? {
        guard let failure else { return nil }
        let place = name.map { "'\($0)'" } ?? "standard output"
        return "cannot write to \(place): \(errorText(failure))"
    }

    private static func expandTime(_ path: String) -> String {
        guard path.utf8.contains(UInt8(ascii: "%")) else { return path }
        var now = time(nil)
        var parts = tm()
        localtime_r(&now, &parts)
        var buffer = [CChar](repeating: 0, count: 4096)
        let length = strftime(&buffer, buffer.count, path, &parts)
        guard length > 0 else { return path }
        return String(decoding: buffer[..<length].map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }
}

/// Prints a text to standard output; the exit status, with what is wrong said.
func showText(_ text: String) -> Int32 {
    var text = text
    let sink = OutputSink()
    text.withUTF8 { _ = sink.write(UnsafeRawBufferPointer($0)) }
    guard let failure = sink.failureText else { return 0 }
    writeError("ERROR: \(failure)\n")
    return 1
}
