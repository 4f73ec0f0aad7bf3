// SPDX-License-Identifier: GPL-3.0-or-later
import CLibbpf
import Glibc
import Semantics

/// A counter, profile timer or data breakpoint: a perf event on each processor that is online, all with one program.
final class PerfEventAttachment: Attachment {
    let mechanism = Mechanism.perfEvent
    private let program: Descriptor
    private var events: [Descriptor] = []
    private var links: [Descriptor] = []

    /// Attaches on every processor or on none; throws the refusal.
    init(program: Descriptor, event: PerfEvent, name: String, processors: [Int32], hasLinks: Bool) throws(AttachFailure)
    {
        self.program = program
        func refuse() -> AttachFailure {
            AttachFailure(AttachRefusal(name: name, mechanism: .perfEvent, errno: errno))
        }
        for processor in processors {
            let number = Self.open(event, on: processor)
            // A processor may go offline between the list and the call.
            if number < 0, errno == ENODEV, processors.count > 1 { continue }
            guard number >= 0 else { throw refuse() }
            let descriptor = Descriptor(number)
            if hasLinks {
                let link = swtap_link_perf(program.number, number, 0)
                guard link >= 0 else { throw refuse() }
                links.append(Descriptor(link))
            } else if swtap_perf_set_program(number, program.number) != 0 {
                throw refuse()
            }
            events.append(descriptor)
        }
        // A link does not switch an event on.
        for event in events where swtap_perf_enable(event.number) != 0 { throw refuse() }
        if events.isEmpty {
            throw AttachFailure(AttachRefusal(name: name, mechanism: .perfEvent, errno: ENODEV))
        }
    }

    /// PERF_TYPE_SOFTWARE with PERF_COUNT_SW_CPU_CLOCK, PERF_TYPE_BREAKPOINT; HW_BREAKPOINT_W and _RW.
    private static func open(_ event: PerfEvent, on processor: Int32) -> Int32 {
        let (rate, isFrequency): (UInt64, Int32) =
            switch event.rate {
            case .period(let period): (period, 0)
            case .frequency(let frequency): (frequency, 1)
            }
        return switch event.source {
        case .profile: swtap_perf_event(1, 0, rate, isFrequency, 0, 0, 0, processor)
        case .counter(let type, let config):
            swtap_perf_event(type, config, rate, isFrequency, 0, 0, 0, processor)
        case .data(let address, let length, let onlyWrites):
            swtap_perf_event(5, 0, rate, isFrequency, onlyWrites ? 2 : 3, address, UInt64(length), processor)
        }
    }

    func misses() -> UInt64 { recursionMisses(of: program) }

    func surrender() -> [Descriptor] {
        defer { (links, events) = ([], []) }
        return links + events
    }

    /// The numbers in a list such as `0-3,5`.
    static func processors(_ list: String) -> [Int32] {
        list.split { $0 == "," || $0.isWhitespace }.flatMap { range -> [Int32] in
            let ends = range.split(separator: "-").compactMap { Int32($0) }
            guard let first = ends.first, let last = ends.last, first >= 0, first <= last, last < 1 << 16 else {
                return []
            }
            return Array(first...last)
        }
    }

    /// The processors that are online now.
    static func online() -> [Int32] {
        let listed = readText("/sys/devices/system/cpu/online").map(processors) ?? []
        return listed.isEmpty ? [0] : listed
    }
}
