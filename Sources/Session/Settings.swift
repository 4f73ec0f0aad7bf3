// SPDX-License-Identifier: GPL-3.0-or-later
import IR
import Syntax

/// Reads the values of `-D` and `-G`, checked against SystemTap's safety patterns.
enum Settings {
    /// The limits with all `-D NAME=VALUE` applied; what is not a limit is an error that names those that are.
    static func limits(_ defines: [String], suppressTimeLimits: Bool) throws(SessionError) -> Limits {
        var limits = Limits()
        limits.suppressTimeLimits = suppressTimeLimits
        var interruptible: Int?
        for define in defines {
            let parts = define.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
            guard isName(parts[0]), parts.count == 1 || isDefineValue(parts[1]) else {
                throw SessionError("Safety pattern mismatch for -D parameter ('\(define)')")
            }
            try apply(parts[0], parts.count == 2 ? parts[1] : "1", to: &limits)
            if parts[0].uppercased() == "MAXACTION_INTERRUPTIBLE" { interruptible = limits.maxActionInterruptible }
        }
        // Whichever comes first on the command line.
        limits.maxActionInterruptible = interruptible ?? limits.maxAction * 10
        return limits
    }

    /// The names and values of all `-G name=value`.
    static func initialValues(_ globals: [String]) throws(SessionError) -> [(name: String, value: ByteString)] {
        var values: [(name: String, value: ByteString)] = []
        for global in globals {
            let parts = global.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
            guard parts.count == 2, isName(parts[0]), !parts[1].isEmpty, parts[1].utf8.allSatisfy(isGlobalValueByte)
            else { throw SessionError("Safety pattern mismatch for -G parameter ('\(global)')") }
            values.append((parts[0], ByteString(parts[1])))
        }
        return values
    }

    private static func apply(_ name: String, _ text: String, to limits: inout Limits) throws(SessionError) {
        func number(_ range: ClosedRange<Int>) throws(SessionError) -> Int {
            guard let value = Int(text), range.contains(value) else {
                throw SessionError(
                    "-D \(name)=\(text): a number from \(range.lowerBound) to \(range.upperBound) is needed")
            }
            return value
        }
        switch name.uppercased() {
        case "MAXSTRINGLEN": limits.maxStringLength = try number(8...65536)
        case "MAXMAPENTRIES": limits.maxMapEntries = try number(1...100_000_000)
        case "MAXACTION": limits.maxAction = try number(1...Int(Int32.max))
        case "MAXACTION_INTERRUPTIBLE": limits.maxActionInterruptible = try number(1...Int(Int32.max))
        case "MAXNESTING": limits.maxNesting = try number(1...10000)
        case "MAXERRORS": limits.maxErrors = try number(0...Int(Int32.max))
        case "MAXSKIPPED": limits.maxSkipped = try number(0...Int(Int32.max))
        case "MAXBACKTRACE": limits.maxBacktrace = try number(1...120)
        case "HIST_WIDTH": limits.histWidth = try number(1...4096)
        case "HIST_ELISION": limits.histElision = try number(-4096...4096)
        case "STP_MAX_BUCKETS": limits.maxBuckets = try number(3...65536)
        // They tune parts of SystemTap's kernel module that swtap has no counterpart for; their values are checked all
        // the same.
        case "MAXTRYLOCK", "TRYLOCKDELAY", "MINSTACKSPACE", "STP_OVERLOAD_INTERVAL",
            "STP_OVERLOAD_THRESHOLD":
            _ = try number(0...Int.max)
        case "STP_NO_OVERLOAD", "INTERRUPTIBLE", "STP_FORCE_STDOUT_TTY", "STP_EXECTRACE": _ = try number(0...1)
        default:
            throw SessionError(
                "-D \(name): no such limit (there are HIST_ELISION, HIST_WIDTH, MAXACTION, "
                    + "MAXACTION_INTERRUPTIBLE, MAXBACKTRACE, MAXERRORS, MAXMAPENTRIES, MAXNESTING, MAXSKIPPED, "
                    + "MAXSTRINGLEN, STP_MAX_BUCKETS)")
        }
    }

    private static func isLetter(_ byte: UInt8) -> Bool {
        (byte | 0x20) >= UInt8(ascii: "a") && (byte | 0x20) <= UInt8(ascii: "z") || byte == UInt8(ascii: "_")
    }

    private static func isDigit(_ byte: UInt8) -> Bool {
        byte >= UInt8(ascii: "0") && byte <= UInt8(ascii: "9")
    }

    private static func isName(_ text: String) -> Bool {
        guard let first = text.utf8.first, isLetter(first) else { return false }
        return text.utf8.allSatisfy { isLetter($0) || isDigit($0) }
    }

    private static func isDefineValue(_ text: String) -> Bool {
        let rest = text.hasPrefix("-") ? text.dropFirst() : text[...]
        return !rest.isEmpty && rest.utf8.allSatisfy { isLetter($0) || isDigit($0) }
    }

    private static func isGlobalValueByte(_ byte: UInt8) -> Bool {
        isLetter(byte) || isDigit(byte) || byte == UInt8(ascii: ".") || byte == UInt8(ascii: "-")
    }
}
