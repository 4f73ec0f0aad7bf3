// SPDX-License-Identifier: GPL-3.0-or-later
import IR
import Syntax

/// The patterns of a program, ready to match, and the last match of the handler that runs.
final class RegexMatches {
    private let matchers: [RegexMatcher]
    /// For each pattern, where something asks for groups.
    private let groups: [RegexGroups]
    private let text: UnsafeMutablePointer<UInt8>
    private var length = 0
    private var last = -1
    private var hasSucceeded = false
    private var hasGroups = false

    init(_ program: IRProgram, stride: Int) {
        matchers = program.regexes.map(RegexMatcher.init)
        groups = program.notesMatches ? program.regexes.map(RegexGroups.init) : []
        text = .allocate(capacity: stride)
    }

    deinit { text.deallocate() }

    /// Forgets the match of the handler before.
    @inline(__always)
    func reset() {
        length = 0
        last = -1
        hasSucceeded = false
    }

    /// Whether a pattern matches; noted where something asks for groups.
    func matches(_ regex: Int, _ view: StringView) -> Bool {
        let isMatch = matchers[regex].matches(view)
        guard !groups.isEmpty else { return isMatch }
        hasSucceeded = isMatch
        if isMatch {
            copyBytes(text, view.pointer, view.length)
            length = view.length
            last = regex
            hasGroups = false
        }
        return isMatch
    }

    private var subject: StringView { StringView(pointer: UnsafePointer(text), length: length) }

    /// The number of groups of the last match, the whole included; the error where there is none.
    var groupCount: BuiltinResult {
        guard hasSucceeded else { return .failed(.message("Attempted to get subexpression count from failed match")) }
        return .integer(Int64(groups[last].groupCount))
    }

    /// Group n of the last match; the error where there is none.
    func group(_ number: Int64) -> BuiltinResult {
        guard hasSucceeded else {
            return .failed(.message("Attempted to get subexpression \(number) from failed match"))
        }
        let found = groups[last]
        guard number >= 0, number < Int64(found.groupCount) else {
            return .failed(.message("Attempted to get nonexistent subexpression \(number)"))
        }
        if !hasGroups {
            _ = found.find(subject)
            hasGroups = true
        }
        let start = Int(found.slots[2 * Int(number)])
        let end = Int(found.slots[2 * Int(number) + 1])
        guard start >= 0, end >= start else { return .string(StringView(pointer: emptyBytes, length: 0)) }
        return .string(StringView(pointer: UnsafePointer(text + start), length: end - start))
    }
}

extension Evaluator {
    @inline(never)
    func regexMatches(_ regex: Int, _ text: StringView) -> Bool { matches.matches(regex, text) }

    func matched(_ number: Int64) -> BuiltinResult { matches.group(number) }
}
