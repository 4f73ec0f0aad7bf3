// SPDX-License-Identifier: GPL-3.0-or-later
import Semantics
import Syntax

/// The program under construction with its shared tables, each entry once.
final class ProgramTables {
    var program = IRProgram()
    private var integerIndex: [Int64: Int32] = [:]
    private var stringIndex: [ByteString: Int32] = [:]
    private var formatIndex: [[FormatPiece]: Int32] = [:]
    private var operandListIndex: [[Operand]: Int32] = [:]
    private var accessIndex: [MemoryAccess: Int32] = [:]
    private var aggregateIndex: [AggregateRead: Int32] = [:]
    private var regexIndex: [ByteString: Int32] = [:]
    private var siteIndex: [SiteKey: Int32] = [:]

    private struct SiteKey: Hashable {
        var token: ObjectIdentifier
        var inlinedAt: Int32?
    }

    init(limits: Limits) {
        program.limits = limits
    }

    /// Tables that go on from a finished program; what it has already is not looked for.
    init(_ program: IRProgram) { self.program = program }

    /// The index of an integer constant.
    func integer(_ value: Int64) -> Int32 {
        if let index = integerIndex[value] { return index }
        let index = Int32(program.integers.count)
        program.integers.append(value)
        integerIndex[value] = index
        return index
    }

    /// The index of a string constant, cut as every operation that makes a string cuts.
    func string(_ value: ByteString) -> Int32 {
        let limit = max(0, program.limits.maxStringLength - 1)
        let cut = ByteString(value.bytes.prefix { $0 != 0 }.prefix(limit))
        if let index = stringIndex[cut] { return index }
        let index = Int32(program.strings.count)
        program.strings.append(cut)
        stringIndex[cut] = index
        return index
    }

    /// The index of a format.
    func format(_ pieces: [FormatPiece]) -> Int32 {
        if let index = formatIndex[pieces] { return index }
        let index = Int32(program.formats.count)
        program.formats.append(pieces)
        formatIndex[pieces] = index
        return index
    }

    /// The index of an operand list.
    func operands(_ list: [Operand]) -> Int32 {
        if let index = operandListIndex[list] { return index }
        let index = Int32(program.operandLists.count)
        program.operandLists.append(list)
        operandListIndex[list] = index
        return index
    }

    /// The index of a memory access.
    func access(_ access: MemoryAccess) -> Int32 {
        if let index = accessIndex[access] { return index }
        let index = Int32(program.accesses.count)
        program.accesses.append(access)
        accessIndex[access] = index
        return index
    }

    /// The index of what is read of statistics.
    func aggregate(_ read: AggregateRead) -> Int32 {
        if let index = aggregateIndex[read] { return index }
        let index = Int32(program.aggregates.count)
        program.aggregates.append(read)
        aggregateIndex[read] = index
        return index
    }

    /// The index of a compiled pattern.
    func regex(_ pattern: ByteString) throws(RegexError) -> Int32 {
        if let index = regexIndex[pattern] { return index }
        let regex = try RegexAutomaton(pattern)
        let index = Int32(program.regexes.count)
        program.regexes.append(regex)
        regexIndex[pattern] = index
        return index
    }

    /// The index of a place in the source.
    func site(_ token: Token, inlinedAt: Int32?) -> Int32 {
        let key = SiteKey(token: ObjectIdentifier(token), inlinedAt: inlinedAt)
        if let index = siteIndex[key] { return index }
        let index = Int32(program.sites.count)
        program.sites.append(SourceSite(token: token, inlinedAt: inlinedAt))
        siteIndex[key] = index
        return index
    }
}
