// SPDX-License-Identifier: GPL-3.0-or-later

/// The words of the control map's only value, each a `UInt64`: written by user space, read by all programs.
public enum ControlLayout {
    /// The offset of the gate, a `Gate`. One store opens or shuts all probes at once.
    public static let gate = 0
    /// The offset of a word that is and stays 0; programs use it as a zero that the verifier does not know, so that it
    /// does not follow every outcome of every comparison on its own.
    public static let zero = 8
    /// The offset of the nanoseconds from CLOCK_MONOTONIC to CLOCK_REALTIME, for `gettimeofday_ns()`.
    public static let realtimeOffset = 16
    /// The offset of the word that says into which of two halves handlers put their sums: 0 or 1.
    public static let generation = 24
    /// The offset of the word that a handler sets to end the session.
    public static let exit = 32
    /// The offset of the number of errors of handlers.
    public static let errors = 40
    /// The offset of the lock of the globals that handlers read and write.
    public static let lock = 48
    /// The size of the value without gates of single probes.
    public static let size = 64
    /// The most gates of single probes, for the offsets of instructions to reach them.
    public static let maximumProbeGates = 4000

    /// The offset of a single probe's gate, counted from 0: probes with a condition are opened and shut by it, instead of
    /// by the common one.
    public static func probeGate(_ index: Int) -> Int { size + 8 * index }
}

/// What the gate lets through.
public enum Gate: UInt64, Sendable, Comparable {
    /// Nothing happens at an event. The map starts like this.
    case closed = 0
    /// Entry values are saved (and dropped at the return), but no event is counted or sent. Between attaching and
    /// opening, so that a call that is under way when the probes open has its entry values.
    case armed = 1
    /// Events are counted and sent.
    case open = 2

    /// Whether the first lets less through than the second.
    public static func < (left: Gate, right: Gate) -> Bool { left.rawValue < right.rawValue }
}
