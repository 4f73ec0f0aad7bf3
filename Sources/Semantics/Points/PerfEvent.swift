// SPDX-License-Identifier: GPL-3.0-or-later

/// Something that the kernel's perf events watch on each CPU.
public struct PerfEvent: Sendable, Hashable {
    /// What is watched.
    public enum Source: Sendable, Hashable {
        /// `timer.profile`: the CPU's clock.
        case profile
        /// `perf.type(T).config(C)`: a counter by the numbers of `struct perf_event_attr`.
        case counter(type: UInt32, config: UInt64)
        /// `kernel.data(…)`: memory of the kernel, by a debug register of the CPU; `length` is 1, 2, 4 or 8 bytes.
        case data(address: UInt64, length: Int, onlyWrites: Bool)
    }

    /// How often it fires.
    public enum Rate: Sendable, Hashable {
        /// Each time that the counter has gone on by so much; nanoseconds for clocks.
        case period(UInt64)
        /// So many times a second, by a period that the kernel adapts.
        case frequency(UInt64)
    }

    /// What is watched.
    public var source: Source
    /// How often it fires.
    public var rate: Rate
    /// What `@perf` calls it, where it only counts and never fires.
    public var counterName: String?
    /// In whose processes; the event itself goes on in all of them.
    public var scope: ProcessScope

    /// Creates an event.
    public init(_ source: Source, rate: Rate, scope: ProcessScope = .every) {
        self.source = source
        self.rate = rate
        self.scope = scope
    }
}
