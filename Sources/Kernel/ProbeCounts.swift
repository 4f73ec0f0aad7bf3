// SPDX-License-Identifier: GPL-3.0-or-later
import BPF

/// The account of one captured probe. While nothing fires, `fired == filtered + sent + handled + lost` over all causes.
public struct ProbeCounts: Sendable, Equatable {
    /// Events that reached the open gate.
    public var fired: UInt64 = 0
    /// Events that the kernel dropped because the handler would have ended without effect.
    public var filtered: UInt64 = 0
    /// Records put into the ring buffer.
    public var sent: UInt64 = 0
    /// Events whose handler ran in the kernel.
    public var handled: UInt64 = 0
    /// Handlers in the kernel whose output was lost, as the ring buffer was full.
    public var outputsLost: UInt64 = 0
    /// Events that were lost, by cause; causes that did not happen are absent.
    public var lost: [LossCause: UInt64] = [:]
    /// Entry values that could not be saved, whose returns are among the lost.
    public var entriesNotSaved: UInt64 = 0
    /// Events that the kernel itself skipped, which are not among `fired`: by recursion, or without a free instance of
    /// a return probe. Kernels before 6.7 do not count them for kprobes.
    public var skippedByKernel: UInt64 = 0

    /// All lost events.
    public var totalLost: UInt64 { lost.values.reduce(0, &+) }

    /// Creates an account of nothing.
    public init() {}
}
