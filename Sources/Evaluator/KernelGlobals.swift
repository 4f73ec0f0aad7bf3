// SPDX-License-Identifier: GPL-3.0-or-later
import IR

/// The globals that handlers in the kernel keep: taken in from there, and handed over to there.
extension Evaluator {
    /// Adds to a number.
    public func add(_ value: Int64, to global: Int) { globalIntegers[global] &+= value }

    /// What a number is.
    public func number(_ global: Int) -> Int64 { globalIntegers[global] }

    /// Sets a number.
    public func set(_ global: Int, to value: Int64) { globalIntegers[global] = value }

    /// What a string is.
    public func text(_ global: Int) -> [UInt8] {
        Array(UnsafeBufferPointer(start: globalStrings[global].pointer, count: globalStrings[global].length))
    }

    /// Sets a string to bytes up to a NUL or the size.
    public func set(_ global: Int, to text: UnsafeRawPointer, size: Int) { storeGlobal(global, view(text, size)) }

    private func view(_ text: UnsafeRawPointer, _ size: Int) -> StringView {
        let bytes = text.assumingMemoryBound(to: UInt8.self)
        return StringView(pointer: bytes, length: lengthBeforeNul(bytes, min(size, stride - 1)))
    }

    /// Takes in one CPU's statistics of a scalar.
    public func merge(_ record: UnsafePointer<Int64>, into global: Int) {
        statistics[global].merge(record, into: 0)
    }

    /// Takes in an element: adds a number to it, or one CPU's statistics of it, or sets its string. False when the array is full.
    public func merge(
        _ value: UnsafePointer<Int64>, key: UnsafeRawPointer, _ layout: ElementLayout, into global: Int
    ) -> Bool {
        let found = element(key, layout, of: global, create: true)
        guard found >= 0 else { return false }
        if layout.isText {
            tables[global].pointee.setString(at: found, view(value, layout.words * 8))
        } else if program.globals[global].statistics != nil {
            statistics[global].merge(value, into: tables[global].pointee.values[found])
        } else if layout.replaces {
            tables[global].pointee.values[found] = value.pointee
        } else {
            tables[global].pointee.values[found] &+= value.pointee
        }
        return true
    }

    /// Empties an array that the kernel had, before its elements come back.
    public func removeElements(of global: Int) { tables[global].pointee.removeAll() }

    /// Hands the elements of an array of numbers or strings over in their order, as keys and values of the kernel's layout; those
    /// that do not fit it are left out, and their number is returned.
    public func exportElements(
        of global: Int, _ layout: ElementLayout, _ body: (UnsafeRawPointer, UnsafeMutableRawPointer) -> Bool
    ) -> Int {
        let table = tables[global]
        let key = UnsafeMutableRawPointer.allocate(byteCount: max(layout.keySize, 8), alignment: 8)
        let value = UnsafeMutableRawPointer.allocate(byteCount: layout.valueSize, alignment: 8)
        defer {
            key.deallocate()
            value.deallocate()
        }
        var failures = 0
        for index in 0..<table.pointee.used where table.pointee.entries[index].keyLength != ArrayEntry.dead {
            key.initializeMemory(as: UInt8.self, repeating: 0, count: layout.keySize)
            var fits = true
            for (position, offset) in layout.keyOffsets.enumerated() {
                if layout.keyStrings[position] {
                    let text = table.pointee.stringKey(position, at: index)
                    fits = fits && text.length < layout.keySizes[position]
                    if fits { (key + offset).copyMemory(from: text.pointer, byteCount: text.length) }
                } else {
                    key.storeBytes(
                        of: table.pointee.integerKey(position, at: index), toByteOffset: offset, as: Int64.self)
                }
            }
            value.initializeMemory(as: UInt8.self, repeating: 0, count: layout.valueSize)
            if layout.isText {
                let text = table.pointee.string(at: index)
                fits = fits && text.length < layout.words * 8
                if fits { value.copyMemory(from: text.pointer, byteCount: text.length) }
            } else {
                value.storeBytes(of: table.pointee.values[index], as: Int64.self)
            }
            if !fits || !body(key, value) { failures += 1 }
        }
        return failures
    }

    private func element(_ key: UnsafeRawPointer, _ layout: ElementLayout, of global: Int, create: Bool) -> Int {
        let table = tables[global]
        if table.pointee.isIntegerKey {
            let number = key.load(as: Int64.self)
            let hash = ArrayTable.hash(of: number)
            let found = table.pointee.find(number, hash)
            return found >= 0 || !create ? found : table.pointee.insert(number, hash)
        }
        encoder.pointee.clear()
        for (position, offset) in layout.keyOffsets.enumerated() {
            if layout.keyStrings[position] {
                let text = (key + offset).assumingMemoryBound(to: UInt8.self)
                let view = StringView(pointer: text, length: lengthBeforeNul(text, layout.keySizes[position]))
                encoder.pointee.append(view, isLast: position == layout.keySizes.count - 1)
            } else {
                encoder.pointee.append(key.load(fromByteOffset: offset, as: Int64.self))
            }
        }
        let (bytes, count) = (UnsafePointer(encoder.pointee.bytes), encoder.pointee.count)
        let hash = ArrayTable.hash(of: bytes, count)
        let found = table.pointee.find(bytes, count, hash)
        return found >= 0 || !create ? found : table.pointee.insert(bytes, count, hash)
    }

    /// Shows an error of the session.
    public func report(_ text: String) { messages.append(.error("ERROR: " + text)) }

    /// Raises the error of a handler that ran in the kernel, as if it had run here; whether the session must stop for it.
    public func reportKernelError(_ error: KernelFailure, site: Int32, handler: Int) -> Bool {
        let failure: Failure
        switch error {
        case .divisionByZero: failure = .divisionByZero
        case .readFault(let address): failure = .readFault(address)
        case .stringFault(let address, let isUser): failure = .stringFault(address, isUser: isUser)
        case .overflow(let array): failure = .overflow(array: array)
        case .actions: failure = .actions
        case .message(let text): failure = .message(text)
        }
        raised = RaisedError(
            message: words(failure), places: [site], isCatchable: true, position: 0, unit: 0, depth: 0)
        return report(handler: handler)
    }
}

extension StatisticsStore {
    /// Takes in a record of the kernel, whose extremes are as `KernelExtreme` says.
    func merge(_ other: UnsafePointer<Int64>, into index: Int64) {
        let record = record(index)
        let number = other[StatisticsShape.count]
        guard number != 0 else { return }
        let low = KernelExtreme.minimum(other[StatisticsShape.minimum])
        let high = KernelExtreme.maximum(other[StatisticsShape.maximum])
        let isFirst = record[StatisticsShape.count] == 0
        record[StatisticsShape.minimum] = isFirst ? low : min(low, record[StatisticsShape.minimum])
        record[StatisticsShape.maximum] = isFirst ? high : max(high, record[StatisticsShape.maximum])
        record[StatisticsShape.count] &+= number
        record[StatisticsShape.sum] &+= other[StatisticsShape.sum]
        for bucket in StatisticsShape.buckets..<StatisticsShape.buckets + shape.bucketCount {
            record[bucket] &+= other[bucket]
        }
    }
}

/// An argument of a print call that was made in the kernel.
public enum PrintArgument {
    case integer(Int64)
    /// Bytes up to a NUL or the size.
    case text(UnsafeRawPointer, size: Int)
}

extension Evaluator {
    /// Prints as `print` of the format with these arguments does.
    public func print(format: Int, _ arguments: [PrintArgument]) {
        var list: [Int32] = [Int32(arguments.count)]
        var integers: [Int64] = [0]
        var strings: [StringView] = [StringView(pointer: pool.empty, length: 0)]
        for argument in arguments {
            switch argument {
            case .integer(let value):
                list.append(PackedOperand.pack(Int32(integers.count), PackedOperand.integerKind))
                integers.append(value)
            case .text(let text, let size):
                list.append(PackedOperand.pack(Int32(strings.count), PackedOperand.stringKind))
                let bytes = text.assumingMemoryBound(to: UInt8.self)
                let length = lengthBeforeNul(bytes, min(size, stride - 1))
                strings.append(StringView(pointer: bytes, length: length))
            }
        }
        list.withUnsafeBufferPointer { list in
            integers.withUnsafeMutableBufferPointer { integers in
                strings.withUnsafeMutableBufferPointer { strings in
                    guard let list = list.baseAddress, let integers = integers.baseAddress,
                        let strings = strings.baseAddress
                    else { return }
                    var writer = TextWriter(output.reserve(Evaluator.printLimit), capacity: Evaluator.printLimit)
                    let operands = BuiltinArguments(list: list, integers: integers, strings: strings)
                    if write(format: format, operands, &writer) == nil { output.commit(writer.count) }
                }
            }
        }
    }
}
