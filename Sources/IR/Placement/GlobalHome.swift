// SPDX-License-Identifier: GPL-3.0-or-later
import Semantics
import Syntax

/// Where a global variable is kept while the probes are open.
public enum GlobalHome: Sendable, Hashable {
    /// In the Evaluator: no handler in the kernel names it.
    case evaluator
    /// Handlers in the kernel only add to it: they keep sums of their own, which are taken into the Evaluator's variable
    /// before a handler in user space looks at it.
    case sums
    /// In the kernel: handlers there read and write it. User space has it before the probes open and after they are shut.
    case kernel
    /// In both, and the same: handlers change it before the probes open or after they are shut only.
    case shared

    /// Whether handlers in the kernel name it.
    public var isInKernel: Bool { self != .evaluator }
}

/// How the elements of an array are kept in a map of the kernel: the key is its longs of 8 bytes and its strings, each padded with
/// zeros to a fixed size; the value is as `value` says.
public struct ElementLayout: Sendable, Hashable {
    /// The bytes of each key, multiples of 8; a string's include its NUL.
    public var keySizes: [Int]
    /// Whether each key is a string.
    public var keyStrings: [Bool]
    /// The words of the value before the time of insertion: 1 for a long, those of `StatisticsShape` for statistics, for a string as
    /// many as the longest needs with its NUL.
    public var words: Int
    /// Whether the value is a string; zeros fill its words.
    public var isText = false
    /// Whether handlers only set it: what they kept takes the place of what user space has.
    public var replaces = false

    /// The offset of each key.
    public var keyOffsets: [Int] {
        var offset = 0
        return keySizes.map { size in
            defer { offset += size }
            return offset
        }
    }

    /// The size of the whole key.
    public var keySize: Int { keySizes.reduce(0, +) }

    /// The offset of the nanoseconds of CLOCK_MONOTONIC at which the element was inserted, by which user space puts
    /// elements into their order.
    public var orderOffset: Int { words * 8 }

    /// The size of the value.
    public var valueSize: Int { words * 8 + 8 }
}

/// How a statistic is kept in the kernel, for each CPU: the words of `StatisticsShape`, but with extremes for which a zero is no
/// value yet, so that they can be raised by several programs at once.
public enum KernelExtreme {
    /// What is stored for a smallest value: the largest of these wins.
    public static func minimum(_ stored: Int64) -> Int64 { ~stored ^ Int64.min }

    /// What is stored for a largest value: the largest of these, unsigned, wins.
    public static func maximum(_ stored: Int64) -> Int64 { stored ^ Int64.min }
}

/// An error of a handler in the kernel.
public enum KernelFailure: Sendable, Hashable {
    case divisionByZero
    case readFault(UInt64)
    case stringFault(UInt64, isUser: Bool)
    /// An array, by its index, had no room.
    case overflow(array: Int)
    /// MAXACTION.
    case actions
    /// The script's own.
    case message(ByteString)
}
