// SPDX-License-Identifier: GPL-3.0-or-later
import BPF
import IR
import Kernel

/// The account of every event: what fired, what was handled, and where the rest went.
struct LossReport {
    /// One probe's account. `fired = handled + filtered + lost + entryMissing + busy + afterExit + unread`.
    struct Row {
        var point: String
        var fired: UInt64 = 0
        var handled: UInt64 = 0
        /// The handler would have done nothing: ended in the kernel.
        var filtered: UInt64 = 0
        /// The ring buffer was full.
        var lost: UInt64 = 0
        /// A return whose entry was not seen.
        var entryMissing: UInt64 = 0
        /// The handler ran, and what it printed did not fit the ring buffer.
        var silenced: UInt64 = 0
        /// The globals were not to be had in time.
        var busy: UInt64 = 0
        /// Came after `exit()`.
        var afterExit: UInt64 = 0
        /// Not run by the kernel at all: not part of `fired`.
        var skipped: UInt64 = 0
        /// Sent and never read: must be 0.
        var unread: UInt64 = 0
    }

    private(set) var rows: [Row] = []

    init(
        program: IRProgram, runtime: CaptureRuntime?, handled: [UInt64], afterExit: [UInt64],
        running: [UInt64]
    ) {
        for (index, probe) in program.probes.enumerated() {
            guard probe.event.isKernel, let runtime else { continue }
            let counts = runtime.counters(index)
            var row = Row(point: probe.point)
            row.fired = counts.fired
            row.handled = handled[index] &+ counts.handled
            row.silenced = counts.outputsLost
            row.busy = counts.lost[.locked] ?? 0
            row.afterExit = afterExit[index]
            row.filtered = counts.filtered
            row.lost = counts.lost[.ringFull] ?? 0
            row.entryMissing = counts.lost[.entryMissing] ?? 0
            row.skipped = counts.skippedByKernel
            let read = handled[index] &+ row.afterExit
            row.unread = counts.sent > read ? counts.sent - read : 0
            // What was there before the session did not come by the kernel.
            row.fired &+= running[index]
            row.handled &+= running[index]
            rows.append(row)
        }
    }

    /// Warns of every loss, by cause and probe; with `verbose` shows the whole table.
    func show(verbose: Bool, _ messages: MessageWriter) {
        func warn(_ field: KeyPath<Row, UInt64>, _ text: String) {
            if let line = warning(field, text) { messages.say(line) }
        }
        warn(\.lost, "lost: the event buffer was full; make it larger with -s, or do less per event")
        warn(\.silenced, "handled without their output: the event buffer was full; make it larger with -s")
        warn(\.busy, "skipped: the globals were in use by another handler for too long")
        warn(\.unread, "lost: sent by the kernel and not read; please report this")
        warn(\.skipped, "skipped by the kernel: another probe was running on the CPU, or no return slot was free")
        if verbose || rows.contains(where: { $0.lost > 0 }) {
            warn(\.entryMissing, "returns without a seen entry: the call began before the probes opened")
        }
        if let json = messages.json { return rows.forEach(json.account) }
        guard verbose, !rows.isEmpty else { return }
        let headings = ["fired", "handled", "filtered", "lost", "no entry", "after exit", "skipped"]
        var text = headings.map { pad($0, 11) }.joined() + "  probe\n"
        for row in rows {
            let figures = [
                row.fired, row.handled, row.filtered, row.lost &+ row.unread, row.entryMissing, row.afterExit,
                row.skipped &+ row.busy,
            ]
            text += figures.map { pad(String($0), 11) }.joined() + "  \(row.point)\n"
        }
        messages.show(text: text)
    }

    /// All events that any probe has lost so far; returns of calls that began before are none.
    var total: UInt64 { rows.reduce(0) { $0 &+ $1.lost &+ $1.silenced &+ $1.busy &+ $1.skipped } }

    private func warning(_ field: KeyPath<Row, UInt64>, _ text: String) -> String? {
        let affected = rows.filter { $0[keyPath: field] > 0 }
        guard !affected.isEmpty else { return nil }
        let total = affected.reduce(UInt64(0)) { $0 &+ $1[keyPath: field] }
        var line = "WARNING: \(total) event\(total == 1 ? "" : "s") \(text) ("
        line += affected.prefix(5).map { "\($0[keyPath: field]) at \($0.point)" }.joined(separator: ", ")
        if affected.count > 5 { line += ", and at \(affected.count - 5) more" }
        return line + ")"
    }

    private func pad(_ text: String, _ width: Int) -> String {
        String(repeating: " ", count: max(0, width - text.utf8.count)) + text
    }
}
