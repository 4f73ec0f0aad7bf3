// SPDX-License-Identifier: GPL-3.0-or-later
import IR
import Semantics
import Syntax

/// Runs the handlers of a lowered program in user space: of events of user space, and of kernel events that were
/// captured. One at a time, on one thread.
public final class Evaluator {
    /// The most bytes that one print call emits.
    static let printLimit = 8192
    /// Widths and precisions beyond it make no difference: all that is printed is padding.
    static let widthLimit = 2 * printLimit

    /// The bytes that handlers printed, for the session to write and remove.
    public let output = OutputBuffer()
    /// Run-time errors so far.
    public var errorCount = 0
    /// Handlers that the session skipped; it counts them here for `countsWarning`.
    public var skippedCount = 0

    /// `$value` of the procfs probe that runs: set before, and read after its handler.
    public var fileValue = FileValue()
    /// Set by `switch_file()`; whoever acts on it clears it.
    public var wantsNextFile = false

    let program: IRProgram
    let host: any EvaluationHost
    let facts: SessionFacts

    // What the loop uses, in memory without reference counts and access checks.
    let pool: ConstantPool
    let memory: MachineMemory
    let sites: [Int32]
    /// Where an error in each instruction goes, as an index into the code; -1 for out of the frame.
    let handlers: [Int32]
    /// Bytes of a string's slot: MAXSTRINGLEN.
    let stride: Int
    /// The values of the globals; what follows points into it.
    let globals: GlobalStorage
    let tables: UnsafeMutablePointer<UnsafeMutablePointer<ArrayTable>>
    /// The records of statistics; other globals have none.
    let statistics: UnsafeMutablePointer<StatisticsStore>
    let globalIntegers: UnsafeMutablePointer<Int64>
    let globalStrings: UnsafeMutablePointer<StringView>
    let encoder: UnsafeMutablePointer<KeyEncoder>
    /// Room for one text while it is made.
    let scratch: UnsafeMutablePointer<UInt8>
    private let recordLayouts: [RecordSlots?]

    // What one run has.
    var budget: Int64 = 0
    var handler = 0
    var slotOffsets: UnsafePointer<Int32>
    var slotKinds: [RecordSlots.Kind] = []
    var slotFacts: [CaptureFact: Int] = [:]
    /// The record of the event; nil for events of user space.
    var record: UnsafeRawPointer?
    var raised: RaisedError?
    /// The message of the error that was caught last.
    var caughtMessage = ByteString([])
    var hasExited = false
    /// What a unit returned that nothing called.
    var lastResult: Int64 = 0
    var commands: [ByteString] = []
    /// The patterns, and the last match of the handler.
    let matches: RegexMatches

    // What lasts between runs.
    var messages: [RuntimeMessage] = []
    var shownWarnings: Set<ByteString> = []
    let tokenizer: UnsafeMutablePointer<Tokenizer>
    var random = RandomSource()
    let cycleClock: CycleClock
    /// Memory of slices, kept to be used again.
    var slices: [(UnsafeMutablePointer<KeyFilter>, UnsafeMutablePointer<UInt8>)] = []

    /// Prepares a program to run. Its globals have their initial values, or are those of a storage that has them all, at the
    /// same positions.
    public init(
        program: IRProgram, host: any EvaluationHost, session facts: SessionFacts, globals shared: GlobalStorage? = nil
    ) {
        self.program = program
        self.host = host
        self.facts = facts
        cycleClock = CycleClock(host)
        stride = max(program.limits.maxStringLength, 2)
        var translator = ProgramTranslator(program)
        let translated = translator.translate()
        sites = translated.sites
        handlers = translated.handlers
        pool = ConstantPool(program, translated, maxLength: stride - 1)
        memory = MachineMemory(units: translated.units, nesting: translated.maxNesting, stride: stride)
        globals = shared ?? GlobalStorage(program)
        tables = globals.tables
        statistics = globals.statistics
        globalIntegers = globals.integers
        globalStrings = globals.strings
        matches = RegexMatches(program, stride: stride)
        encoder = .allocate(capacity: 1)
        encoder.initialize(to: KeyEncoder(capacity: 1024))
        tokenizer = .allocate(capacity: 1)
        tokenizer.initialize(to: Tokenizer(capacity: stride))
        scratch = .allocate(capacity: max(stride, Evaluator.printLimit))
        recordLayouts = program.captures.map { $0.map { RecordSlots($0) } }
        slotOffsets = UnsafePointer(pool.lists)
    }

    deinit {
        releaseSlices()
        encoder.pointee.deallocate()
        encoder.deallocate()
        scratch.deallocate()
        tokenizer.pointee.deallocate()
        tokenizer.deallocate()
        memory.release()
        pool.deallocate()
        for layout in recordLayouts { layout?.deallocate() }
    }

    /// Runs the handler of a probe, on the record that its capture plan laid out, or on nil for an event of user
    /// space. Errors become messages; the result says whether the session goes on.
    public func run(handler: Int, record: UnsafeRawPointer?) -> SessionRequest {
        guard program.handlers.indices.contains(handler) else { return .proceed }
        self.handler = handler
        hasExited = false
        matches.reset()
        if let layout = handler < recordLayouts.count ? recordLayouts[handler] : nil {
            slotOffsets = layout.offsets
            slotKinds = layout.kinds
            slotFacts = layout.facts
        }
        self.record = record
        let limits = program.limits
        let isShort = program.probes[handler].event.isUninterruptible
        let statements = isShort ? limits.maxAction : limits.maxActionInterruptible
        budget = limits.suppressTimeLimits ? Int64.max : Int64(statements)
        let isDone = execute(unit: program.functions.count + handler, record: record)
        let mustStop = !isDone && report(handler: handler)
        if !commands.isEmpty {
            for command in commands { host.startCommand(command) }
            commands = []
        }
        if mustStop { return .failed }
        return hasExited ? .exit : .proceed
    }

    /// Whether the condition of a probe holds now; true for probes without one, and where evaluating it is an error, which
    /// the handler then raises itself.
    public func holdsCondition(ofProbe index: Int) -> Bool {
        guard program.conditions.indices.contains(index), let function = program.conditions[index] else { return true }
        lastResult = 1
        budget = Int64.max
        guard execute(unit: function, record: nil) else {
            raised = nil
            return true
        }
        return lastResult != 0
    }

    /// The lines for standard error since the last call, in order.
    public func takeMessages() -> [RuntimeMessage] {
        guard !messages.isEmpty else { return [] }
        defer { messages = [] }
        return messages
    }

    /// The warning that ends a session with errors or skipped handlers; nil without.
    public var countsWarning: String? {
        guard errorCount != 0 || skippedCount != 0 else { return nil }
        return "WARNING: Number of errors: \(errorCount), skipped probes: \(skippedCount)"
    }
}
