// SPDX-License-Identifier: GPL-3.0-or-later
import Evaluator
import Syntax

/// `--json`: a session as JSON objects, one on each line. docs/json.md says what is in them.
final class JSONStream {
    private let sink: OutputSink
    /// A line of output that has not ended yet.
    private var partial: [UInt8] = []

    init(_ sink: OutputSink) { self.sink = sink }

    /// Takes what a script has printed; each line is an object when it is whole.
    func output(_ bytes: UnsafeRawBufferPointer) {
        var text: [UInt8] = []
        for byte in bytes {
            guard byte == UInt8(ascii: "\n") else {
                partial.append(byte)
                continue
            }
            append(line(isWhole: true), to: &text)
        }
        write(text)
    }

    /// Takes a report about the script, as that of `-t`.
    func report(_ bytes: UnsafeRawBufferPointer) {
        for line in bytes.split(separator: UInt8(ascii: "\n")) {
            send(.object([("type", .string("report")), ("line", .bytes(line))]))
        }
    }

    /// Says that the session is over, the last object of a complete stream.
    func end(status: Int32) { send(.object([("type", .string("end")), ("status", .integer(Int64(status)))])) }

    /// Ends a line that the script has not ended.
    func finishLine() {
        guard !partial.isEmpty else { return }
        send(line(isWhole: false))
    }

    /// Writes one object.
    func send(_ object: JSON) {
        var text: [UInt8] = []
        append(object, to: &text)
        write(text)
    }

    /// An error or warning, its text as SystemTap words it, without `ERROR: ` or `WARNING: `.
    func message(_ text: String) {
        for (prefix, type) in [("ERROR: ", "error"), ("WARNING: ", "warning")] where text.hasPrefix(prefix) {
            return send(.object([("type", .string(type)), ("message", .string(String(text.dropFirst(prefix.count))))]))
        }
        send(.object([("type", .string("note")), ("message", .string(text))]))
    }

    /// A message of the passes, with its place and its causes.
    func diagnostic(_ diagnostic: Diagnostic) { send(Self.object(of: diagnostic)) }

    /// The globals at the end.
    func globals(_ globals: [GlobalSnapshot]) {
        for global in globals { send(Self.object(of: global)) }
    }

    /// The account of a probe's events.
    func account(_ row: LossReport.Row) {
        let figures: [(String, UInt64)] = [
            ("fired", row.fired), ("handled", row.handled), ("filtered", row.filtered),
            ("lost", row.lost &+ row.unread), ("silenced", row.silenced), ("no_entry", row.entryMissing),
            ("after_exit", row.afterExit), ("busy", row.busy), ("skipped", row.skipped),
        ]
        send(
            .object(
                [("type", .string("probe")), ("point", .string(row.point))]
                    + figures.map { ($0.0, .integer(Int64(clamping: $0.1))) }))
    }

    private func line(isWhole: Bool) -> JSON {
        defer { partial.removeAll(keepingCapacity: true) }
        var members: [(String, JSON)] = [("type", .string("output")), ("line", .bytes(partial))]
        if !isWhole { members.append(("newline", .bool(false))) }
        return .object(members)
    }

    private func append(_ object: JSON, to text: inout [UInt8]) {
        object.write(to: &text)
        text.append(UInt8(ascii: "\n"))
    }

    private func write(_ text: [UInt8]) {
        guard !text.isEmpty else { return }
        text.withUnsafeBytes { _ = sink.write($0) }
    }

    // MARK: - Values

    private static func object(of diagnostic: Diagnostic) -> JSON {
        var members: [(String, JSON)] = [
            ("type", .string(diagnostic.kind == .warning ? "warning" : "error")),
            ("message", .string(diagnostic.message)),
        ]
        if let location = diagnostic.tokens.first?.location {
            members += [
                ("file", .string(location.file.name)), ("line", .integer(Int64(location.line))),
                ("column", .integer(Int64(location.column))),
            ]
        }
        if !diagnostic.chain.isEmpty { members.append(("causes", .array(diagnostic.chain.map(object(of:))))) }
        return .object(members)
    }

    static func object(of global: GlobalSnapshot) -> JSON {
        var members: [(String, JSON)] = [("type", .string("global")), ("name", .string(global.name))]
        if global.isArray {
            let elements = global.elements.map { element in
                JSON.object([("keys", .array(element.keys.map(value))), ("value", value(element.value))])
            }
            members.append(("elements", .array(elements)))
        } else {
            members.append(("value", global.elements.first.map { value($0.value) } ?? .null))
        }
        return .object(members)
    }

    private static func value(_ value: GlobalSnapshot.Value) -> JSON {
        switch value {
        case .integer(let number): .integer(number)
        case .string(let bytes): .bytes(bytes)
        case .statistics(let summary): statistics(summary)
        }
    }

    private static func statistics(_ summary: GlobalSnapshot.Summary) -> JSON {
        func number(_ value: Int64?) -> JSON { value.map { .integer($0) } ?? .null }
        var members: [(String, JSON)] = [
            ("count", .integer(summary.count)), ("sum", .integer(summary.sum)), ("min", number(summary.minimum)),
            ("max", number(summary.maximum)), ("avg", number(summary.average)),
        ]
        if summary.hasHistogram {
            let buckets = summary.buckets.map { bucket in
                JSON.object([
                    ("from", number(bucket.from)), ("to", number(bucket.to)), ("count", .integer(bucket.count)),
                ])
            }
            members.append(("histogram", .array(buckets)))
        }
        return .object(members)
    }
}
