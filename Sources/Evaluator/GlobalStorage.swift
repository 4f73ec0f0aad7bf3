// SPDX-License-Identifier: GPL-3.0-or-later
import IR
import Semantics
import Syntax

/// The values of global variables: those of one program, or shared by the Evaluators of several programs that number their
/// globals alike. It never moves, so that they keep plain pointers to it; all of them run on one thread.
public final class GlobalStorage {
    /// The most globals that it can hold.
    public let capacity: Int
    /// The bytes of a string's slot: MAXSTRINGLEN.
    let stride: Int
    /// The globals so far; they are named by position.
    public private(set) var globals: [IRGlobal] = []
    let tables: UnsafeMutablePointer<UnsafeMutablePointer<ArrayTable>>
    /// The records of statistics; other globals have none.
    let statistics: UnsafeMutablePointer<StatisticsStore>
    let integers: UnsafeMutablePointer<Int64>
    let strings: UnsafeMutablePointer<StringView>
    private let slots: UnsafeMutablePointer<UInt8>

    /// Room for globals whose strings have at most MAXSTRINGLEN bytes; what is not used costs no memory.
    public init(capacity: Int, limits: Limits) {
        self.capacity = max(capacity, 1)
        stride = max(limits.maxStringLength, 2)
        tables = .allocate(capacity: self.capacity)
        statistics = .allocate(capacity: self.capacity)
        integers = .allocate(capacity: self.capacity)
        strings = .allocate(capacity: self.capacity)
        slots = .allocate(capacity: self.capacity * stride)
    }

    /// The globals of one program, with their initial values.
    convenience init(_ program: IRProgram) {
        self.init(capacity: program.globals.count, limits: program.limits)
        for global in program.globals { add(global) }
    }

    deinit {
        for (index, global) in globals.enumerated() {
            if !global.keyTypes.isEmpty {
                tables[index].pointee.deallocate()
                tables[index].deinitialize(count: 1)
                tables[index].deallocate()
            }
            if global.statistics != nil { statistics[index].deallocate() }
        }
        statistics.deallocate()
        tables.deallocate()
        integers.deallocate()
        strings.deallocate()
        slots.deallocate()
    }

    /// Prepares one further global with its initial value; false when there is no room.
    @discardableResult
    public func add(_ global: IRGlobal) -> Bool {
        let index = globals.count
        guard index < capacity else { return false }
        globals.append(global)
        if let parameters = global.statistics {
            (statistics + index).initialize(to: StatisticsStore(StatisticsShape(parameters)))
        }
        if !global.keyTypes.isEmpty {
            let table = UnsafeMutablePointer<ArrayTable>.allocate(capacity: 1)
            table.initialize(
                to: ArrayTable(
                    keyKinds: global.keyTypes.map { $0 == .string ? .string : .long },
                    hasStringValue: global.valueType == .string, limit: global.capacity, wraps: global.wraps,
                    records: global.statistics == nil ? nil : statistics + index))
            tables[index] = table
        }
        integers[index] = 0
        strings[index] = StringView(pointer: UnsafePointer(slots + index * stride), length: 0)
        switch global.initial {
        case .number(let value): integers[index] = value
        case .string(let text):
            let bytes = Array(text.bytes.prefix { $0 != 0 })
            bytes.withUnsafeBufferPointer {
                if let base = $0.baseAddress {
                    store(index, StringView(pointer: base, length: min($0.count, stride - 1)))
                }
            }
        case nil: break
        }
        return true
    }

    /// Sets a string; it has at most MAXSTRINGLEN-1 bytes.
    @inline(__always)
    func store(_ index: Int, _ text: StringView) {
        copyBytes(slots + index * stride, text.pointer, text.length)
        strings[index].length = text.length
    }

    /// Empties an array or statistics; makes a number 0 and a string empty.
    public func reset(_ index: Int) {
        if !globals[index].keyTypes.isEmpty {
            tables[index].pointee.removeAll()
        } else if globals[index].statistics != nil {
            statistics[index].reset()
        } else {
            integers[index] = 0
            strings[index].length = 0
        }
    }

    /// Whether a global holds nothing: no elements, no values, 0 or an empty string.
    public func isEmpty(_ index: Int) -> Bool {
        if !globals[index].keyTypes.isEmpty { return tables[index].pointee.live == 0 }
        if globals[index].statistics != nil { return statistics[index].record(0)[StatisticsShape.count] == 0 }
        return integers[index] == 0 && strings[index].length == 0
    }
}
