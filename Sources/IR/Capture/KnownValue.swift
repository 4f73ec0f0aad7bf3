// SPDX-License-Identifier: GPL-3.0-or-later

/// Why the kernel cannot know a value at the event; words the diagnostics.
enum UnknownReason: Hashable {
    case global(String)
    case array(String)
    case loop
    case function(String)
    case text
    /// It depends on a condition that the kernel cannot know.
    case choice
    /// It was computed from strings that were read at the entry.
    case computedAtEntry
    /// It has no value when the function is entered.
    case notAtEntry
    /// It was computed in a way that the capture does not do.
    case computation
    /// It comes from an instruction that could not be captured, which is an error of its own.
    case reported
    /// It is read when the handler runs.
    case late
    /// It is read in a way that a capture does not have.
    case bytes

    /// What the value depends on.
    var description: String {
        switch self {
        case .global(let name): "the global variable '\(name)'"
        case .array(let name): "the array '\(name)'"
        case .loop: "a variable that changes in a loop"
        case .function(let name): "the result of '\(name)'"
        case .text, .computedAtEntry: "the contents of a string"
        case .choice: "a condition that is not known to the kernel"
        case .notAtEntry: "a value that does not exist when the function is entered"
        case .computation: "a division by a variable"
        case .reported: "what could not be captured"
        case .late, .bytes: "another late read"
        }
    }
}

/// What is known of a register's value when the kernel captures the event.
enum KnownValue: Hashable {
    /// The value of a node at the event, or a constant.
    case event(Int)
    /// The value of a node at the entry of the function.
    case entry(Int)
    case unknown(UnknownReason)
}
