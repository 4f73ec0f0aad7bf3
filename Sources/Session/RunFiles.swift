// SPDX-License-Identifier: GPL-3.0-or-later
import CSystem
import Evaluator
import Glibc
import IR
import Semantics

/// The files that a script answers, and standard input.
extension Run {
    private var fileProbes: [(index: Int, event: ProcfsEvent)] {
        program.probes.indices.compactMap { index in
            if case .procfs(let event) = program.probes[index].event { return (index, event) }
            return nil
        }
    }

    /// Makes the files and begins to read standard input; true when a timer was added.
    func openFiles() throws(SessionError) -> Bool {
        let probes = fileProbes
        let served = probes.filter { !$0.event.isInput }
        if !served.isEmpty {
            let files = try ScriptFiles(name: ScriptFiles.sessionName(options.moduleName))
            self.files = files
            for (index, event) in served {
                let isBoth = served.contains { $0.event.path == event.path && $0.event.isRead != event.isRead }
                let (descriptor, path) = try files.serve(event, isBoth: isBoth)
                if options.verbosity > 0 { messages.show(text: "\(program.probes[index].point) is \(path)\n") }
                loop.watch(descriptor) { [unowned self] in accept(descriptor, probe: index, event) }
            }
        }
        return openInput(probes.filter { $0.event.isInput })
    }

    /// Removes the files and gives the terminal back.
    func closeFiles() {
        files?.remove()
        files = nil
        if input != nil { loop.unwatch(STDIN_FILENO) }
        input = nil
    }

    /// Takes over the processes that have opened a file.
    private func accept(_ descriptor: Int32, probe: Int, _ event: ProcfsEvent) {
        var partner: Int32 = -1
        while read(descriptor, &partner, 4) == 4 {
            if event.isRead {
                answer(partner, probe: probe, event)
            } else {
                let writer = partner
                loop.watch(writer) { [unowned self] in take(writer, probe: probe) }
            }
        }
    }

    /// Runs the handler of a read probe and hands its value over.
    private func answer(_ reader: Int32, probe: Int, _ event: ProcfsEvent) {
        let limit = event.maxSize ?? max(program.limits.maxStringLength - 1, 1)
        var pending = PendingReader(bytes: runFile(probe, value: [], limit: limit))
        // F_SETPIPE_SZ: all of it fits at once, as a rule.
        if pending.bytes.count > 1 << 16 { _ = fcntl(reader, 1031, Int32(clamping: pending.bytes.count)) }
        if pending.write(to: reader) {
            close(reader)
            return
        }
        loop.watch(reader, forWriting: true) { [unowned self] in
            guard pending.write(to: reader) else { return }
            loop.unwatch(reader)
            close(reader)
        }
    }

    /// Runs the handler of a write probe on what a process has written.
    private func take(_ writer: Int32, probe: Int) {
        var bytes = [UInt8](repeating: 0, count: max(program.limits.maxStringLength - 1, 1))
        let count = read(writer, &bytes, bytes.count)
        if count < 0, swtap_errno() == EAGAIN || swtap_errno() == EINTR { return }
        guard count > 0, isRunning else {
            loop.unwatch(writer)
            close(writer)
            return
        }
        // What two writers in a row have written may be here together: the line is what keeps it apart.
        for line in bytes[..<count].split(after: UInt8(ascii: "\n")) {
            guard isRunning else { return }
            _ = runFile(probe, value: Array(line), limit: .max)
        }
    }

    private func runFile(_ probe: Int, value: [UInt8], limit: Int) -> [UInt8] {
        // What happened before comes first.
        handleEvents()
        guard isRunning else { return [] }
        evaluator.fileValue = FileValue()
        evaluator.fileValue.bytes = value
        evaluator.fileValue.limit = limit
        run(probe, record: nil)
        flush()
        return evaluator.fileValue.bytes
    }

    // MARK: Standard input

    private func openInput(_ probes: [(index: Int, event: ProcfsEvent)]) -> Bool {
        guard !probes.isEmpty else { return false }
        let bytes = probes.filter { $0.event.path == ProcfsEvent.inputBytes }.map(\.index)
        let lines = probes.filter { $0.event.path == ProcfsEvent.inputLines }.map(\.index)
        let input = StandardInput(byBytes: !bytes.isEmpty, lineLimit: program.limits.maxStringLength - 1)
        self.input = input
        let isWatched = loop.watch(STDIN_FILENO) { [unowned self] in readInput(bytes: bytes, lines: lines) }
        if isWatched { return false }
        // A file is always readable, which no loop tells.
        let timer = TimerSource(interval: 1_000_000)
        timers.append(timer)
        loop.watch(timer.descriptor) { [unowned self, unowned timer] in
            _ = timer.fired()
            readInput(bytes: bytes, lines: lines)
            if self.input?.isAtEnd != false { timer.disarm() }
        }
        return true
    }

    private func readInput(bytes: [Int], lines: [Int]) {
        guard isRunning, let input, !input.isAtEnd, let text = input.read() else { return }
        if input.isAtEnd { loop.unwatch(STDIN_FILENO) }
        for byte in text {
            for probe in bytes where isRunning { _ = runFile(probe, value: [byte], limit: .max) }
            offer(input.lines(adding: [byte]), to: lines)
            guard isRunning else { return }
        }
        if input.isAtEnd { offer(input.lines(adding: []), to: lines) }
    }

    private func offer(_ texts: [[UInt8]], to probes: [Int]) {
        for text in texts {
            for probe in probes where isRunning { _ = runFile(probe, value: text, limit: .max) }
        }
    }
}

extension ArraySlice<UInt8> {
    /// The pieces that end with a byte, and what follows the last of it.
    func split(after end: UInt8) -> [ArraySlice<UInt8>] {
        var pieces: [ArraySlice<UInt8>] = []
        var start = startIndex
        for index in indices where self[index] == end {
            pieces.append(self[start...index])
            start = index + 1
        }
        if start < endIndex { pieces.append(self[start...]) }
        return pieces
    }
}
