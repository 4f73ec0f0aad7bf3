// SPDX-License-Identifier: GPL-3.0-or-later
import IR

/// The loop that runs code. It allocates nothing and counts no references; what is rare is in the other files.
extension Evaluator {
    /// Runs from a point to the end of the handler; false when it ended with a failure, which `raised` then says.
    func interpret(from start: MachinePoint, record: UnsafeRawPointer?) -> Bool {
        let code = UnsafePointer(pool.code)
        let units = UnsafePointer(pool.units)
        let lists = UnsafePointer(pool.lists)
        let tables = self.tables
        let globalIntegers = self.globalIntegers
        let globalStrings = self.globalStrings
        let stride = self.stride
        let maxLength = stride - 1
        let frames = memory.frames
        let slotOffsets = self.slotOffsets

        var unit = start.unit
        var depth = start.depth
        var r = start.integers
        var s = start.strings
        var slots = start.slots
        var iterations = start.iterations
        var budget = self.budget
        // What is left counts on when an error was caught.
        defer { self.budget = budget }
        var pc = start.pc

        while true {
            let i = pc.pointee
            pc += 1
            let dst = Int(i.dst)
            let a = Int(i.a)
            let b = Int(i.b)
            switch i.op {
            case .constant: r[dst] = pool.integers[a]
            case .immediate: r[dst] = Int64(i.a)
            case .move: r[dst] = r[a]
            case .stringConstant: s[dst] = pool.strings[a]
            case .stringMove:
                let view = s[a]
                if view.pointer == UnsafePointer(slots + a * stride), a != dst {
                    let slot = slots + dst * stride
                    copyBytes(slot, view.pointer, view.length)
                    s[dst] = StringView(pointer: slot, length: view.length)
                } else {
                    s[dst] = view
                }

            case .add: r[dst] = r[a] &+ r[b]
            case .subtract: r[dst] = r[a] &- r[b]
            case .multiply: r[dst] = r[a] &* r[b]
            case .divide:
                guard let quotient = divide(r[a], r[b]) else { return fail(.divisionByZero, pc, unit, depth, frames) }
                r[dst] = quotient
            case .modulo:
                guard let rest = remainder(r[a], r[b]) else { return fail(.divisionByZero, pc, unit, depth, frames) }
                r[dst] = rest
            case .and: r[dst] = r[a] & r[b]
            case .or: r[dst] = r[a] | r[b]
            case .xor: r[dst] = r[a] ^ r[b]
            case .shiftLeft: r[dst] = r[a] &<< r[b]
            case .shiftRight: r[dst] = r[a] &>> r[b]
            case .shiftRightLogical: r[dst] = logicalShift(r[a], r[b])
            case .equal: r[dst] = r[a] == r[b] ? 1 : 0
            case .notEqual: r[dst] = r[a] != r[b] ? 1 : 0
            case .less: r[dst] = r[a] < r[b] ? 1 : 0
            case .lessEqual: r[dst] = r[a] <= r[b] ? 1 : 0

            case .addImmediate: r[dst] = r[a] &+ Int64(i.b)
            case .multiplyImmediate: r[dst] = r[a] &* Int64(i.b)
            case .divideImmediate: r[dst] = quickQuotient(r[a], Int64(i.b))
            case .moduloImmediate: r[dst] = quickRemainder(r[a], Int64(i.b))
            case .dividePower: r[dst] = (r[a] &+ ((r[a] &>> 63) & ((1 &<< Int64(i.b)) &- 1))) &>> Int64(i.b)
            case .moduloPower:
                let mask = Int64(i.b)
                r[dst] = r[a] &- ((r[a] &+ ((r[a] &>> 63) & mask)) & ~mask)
            case .andImmediate: r[dst] = r[a] & Int64(i.b)
            case .shiftLeftImmediate: r[dst] = r[a] &<< Int64(i.b)
            case .shiftRightImmediate: r[dst] = r[a] &>> Int64(i.b)
            case .shiftRightLogicalImmediate: r[dst] = logicalShift(r[a], Int64(i.b))
            case .equalImmediate: r[dst] = r[a] == Int64(i.b) ? 1 : 0
            case .notEqualImmediate: r[dst] = r[a] != Int64(i.b) ? 1 : 0
            case .lessImmediate: r[dst] = r[a] < Int64(i.b) ? 1 : 0
            case .greaterImmediate: r[dst] = r[a] > Int64(i.b) ? 1 : 0
            case .negate: r[dst] = 0 &- r[a]
            case .complement: r[dst] = ~r[a]
            case .logicalNot: r[dst] = r[a] == 0 ? 1 : 0
            case .extend: r[dst] = extend(r[a], i.small)

            case .concatenate:
                let length = concatenate(s[a], s[b], into: slots + dst * stride, maxLength)
                s[dst] = StringView(pointer: slots + dst * stride, length: length)
            case .stringEqual: r[dst] = isEqual(s[a], s[b]) ? 1 : 0
            case .stringNotEqual: r[dst] = isEqual(s[a], s[b]) ? 0 : 1
            case .stringLess: r[dst] = compare(s[a], s[b]) < 0 ? 1 : 0
            case .stringLessEqual: r[dst] = compare(s[a], s[b]) <= 0 ? 1 : 0

            case .regexMatch: r[dst] = regexMatches(b, s[a]) ? 1 : 0

            case .jump: go(to: a, i.cost, code, &pc, &budget)
            case .jumpIf: if r[dst] != 0 { go(to: a, i.cost, code, &pc, &budget) }
            case .jumpUnless: if r[dst] == 0 { go(to: a, i.cost, code, &pc, &budget) }
            case .jumpEqual: if r[a] == r[b] { go(to: dst, i.cost, code, &pc, &budget) }
            case .jumpNotEqual: if r[a] != r[b] { go(to: dst, i.cost, code, &pc, &budget) }
            case .jumpLess: if r[a] < r[b] { go(to: dst, i.cost, code, &pc, &budget) }
            case .jumpLessEqual: if r[a] <= r[b] { go(to: dst, i.cost, code, &pc, &budget) }
            case .jumpEqualImmediate: if r[a] == Int64(i.b) { go(to: dst, i.cost, code, &pc, &budget) }
            case .jumpNotEqualImmediate: if r[a] != Int64(i.b) { go(to: dst, i.cost, code, &pc, &budget) }
            case .jumpLessImmediate: if r[a] < Int64(i.b) { go(to: dst, i.cost, code, &pc, &budget) }
            case .jumpGreaterImmediate: if r[a] > Int64(i.b) { go(to: dst, i.cost, code, &pc, &budget) }
            case .addJumpLess:
                let sum = r[a] &+ Int64(Int8(bitPattern: i.small))
                r[a] = sum
                if sum < r[b] { go(to: dst, i.cost, code, &pc, &budget) }
            case .addJumpLessImmediate:
                let sum = r[a] &+ Int64(Int8(bitPattern: i.small))
                r[a] = sum
                if sum < Int64(i.b) { go(to: dst, i.cost, code, &pc, &budget) }
            case .stepJumpLessImmediate:
                let sum = r[a] &+ r[Int(i.small)]
                r[a] = sum
                if sum < Int64(i.b) { go(to: dst, i.cost, code, &pc, &budget) }
            case .jumpMaskZero: if r[a] & Int64(i.b) == 0 { go(to: dst, i.cost, code, &pc, &budget) }
            case .jumpMaskNotZero: if r[a] & Int64(i.b) != 0 { go(to: dst, i.cost, code, &pc, &budget) }
            case .jumpStringEqual: if isEqual(s[a], s[b]) { go(to: dst, i.cost, code, &pc, &budget) }
            case .jumpStringNotEqual: if !isEqual(s[a], s[b]) { go(to: dst, i.cost, code, &pc, &budget) }

            case .loadInteger: r[dst] = globalIntegers[a]
            case .loadString:
                let slot = slots + dst * stride
                copyBytes(slot, globalStrings[a].pointer, globalStrings[a].length)
                s[dst] = StringView(pointer: slot, length: globalStrings[a].length)
            case .storeInteger: globalIntegers[dst] = r[a]
            case .storeString: storeGlobal(dst, s[a])
            case .fetchAdd:
                let before = globalIntegers[a]
                globalIntegers[a] = before &+ r[b]
                r[dst] = before
            case .addToGlobal: globalIntegers[a] = globalIntegers[a] &+ r[b]
            case .addImmediateToGlobal: globalIntegers[a] = globalIntegers[a] &+ Int64(i.b)
            case .deleteGlobal: deleteGlobal(a)

            case .elementLoadInteger:
                let found = element(tables[a], lists + b, r, s, create: false)
                r[dst] = found >= 0 ? tables[a].pointee.values[found] : 0
            case .elementLoadString:
                let found = element(tables[a], lists + b, r, s, create: false)
                let slot = slots + dst * stride
                var length = 0
                if found >= 0 {
                    let value = tables[a].pointee.string(at: found)
                    copyBytes(slot, value.pointer, value.length)
                    length = value.length
                }
                s[dst] = StringView(pointer: slot, length: length)
            case .elementStoreInteger:
                let found = element(tables[a], lists + b, r, s, create: true)
                if found < 0 { return fail(.overflow(array: a), pc, unit, depth, frames) }
                tables[a].pointee.values[found] = r[dst]
            case .elementStoreString:
                let found = element(tables[a], lists + b, r, s, create: true)
                if found < 0 { return fail(.overflow(array: a), pc, unit, depth, frames) }
                tables[a].pointee.setString(at: found, s[dst])
            case .elementFetchAdd:
                let found = element(tables[a], lists + b, r, s, create: true)
                if found < 0 { return fail(.overflow(array: a), pc, unit, depth, frames) }
                let place = tables[a].pointee.values + found
                let before = place.pointee
                place.pointee = before &+ r[dst]
                r[dst] = before
            case .elementAddSmall:
                let found = element(tables[a], lists + b, r, s, create: true)
                if found < 0 { return fail(.overflow(array: a), pc, unit, depth, frames) }
                let place = tables[a].pointee.values + found
                place.pointee = place.pointee &+ Int64(Int8(bitPattern: i.small))
            case .numberLoadInteger:
                let found = tables[a].pointee.find(r[b], ArrayTable.hash(of: r[b]))
                r[dst] = found >= 0 ? tables[a].pointee.values[found] : 0
            case .numberLoadString: numberLoadString(tables[a], r[b], dst, s, slots)
            case .numberStoreInteger:
                var found = tables[a].pointee.find(r[b], ArrayTable.hash(of: r[b]))
                if found < 0 { found = insertNumber(tables[a], r[b]) }
                if found < 0 { return fail(.overflow(array: a), pc, unit, depth, frames) }
                tables[a].pointee.values[found] = r[dst]
            case .numberStoreSmall:
                var found = tables[a].pointee.find(r[b], ArrayTable.hash(of: r[b]))
                if found < 0 { found = insertNumber(tables[a], r[b]) }
                if found < 0 { return fail(.overflow(array: a), pc, unit, depth, frames) }
                tables[a].pointee.values[found] = Int64(Int8(bitPattern: i.small))
            case .numberAddSmall:
                var found = tables[a].pointee.find(r[b], ArrayTable.hash(of: r[b]))
                if found < 0 { found = insertNumber(tables[a], r[b]) }
                if found < 0 { return fail(.overflow(array: a), pc, unit, depth, frames) }
                let place = tables[a].pointee.values + found
                place.pointee = place.pointee &+ Int64(Int8(bitPattern: i.small))
            case .nameLoadInteger:
                let found = findName(tables[a], s[b])
                r[dst] = found >= 0 ? tables[a].pointee.values[found] : 0
            case .nameAddSmall:
                var found = findName(tables[a], s[b])
                if found < 0 { found = insertName(tables[a], s[b]) }
                if found < 0 { return fail(.overflow(array: a), pc, unit, depth, frames) }
                let place = tables[a].pointee.values + found
                place.pointee = place.pointee &+ Int64(Int8(bitPattern: i.small))
            case .elementExists: r[dst] = elementExists(tables[a], lists + b, r, s) ? 1 : 0
            case .elementDelete: elementDelete(tables[a], lists + b, r, s)
            case .iterationBegin: beginIteration(pool.iterations + a, iterations, r, s)
            case .iterationNext:
                let more = advanceIteration(pool.iterations + dst, iterations, r, s, slots)
                pc = code + (more ? a : b)
            // Nothing to give back: the next beginning sets the state anew.
            case .iterationEnd: break
            case .aggregateAdd:
                if !aggregateAdd(a, lists + b, r[dst], r, s) {
                    return fail(.overflow(array: a), pc, unit, depth, frames)
                }
            case .aggregateLoad:
                guard let value = aggregate(a, lists + b, r, s) else {
                    return fail(.emptyAggregate, pc, unit, depth, frames)
                }
                r[dst] = value
            case .histogramBucket:
                switch bucket(a, lists + b, r, s) {
                case .success(let count): r[dst] = count
                case .failure(let cause): return fail(cause, pc, unit, depth, frames)
                }
            case .histogramPrint:
                if !printHistogram(a, lists + b, r, s) { return fail(.emptyAggregate, pc, unit, depth, frames) }
            case .histogramFormat:
                guard let length = formatHistogram(a, lists + b, r, s) else {
                    return fail(.emptyAggregate, pc, unit, depth, frames)
                }
                let slot = slots + dst * stride
                copyBytes(slot, scratch, length)
                s[dst] = StringView(pointer: slot, length: length)

            case .call:
                if depth >= memory.maxNesting { return fail(.nesting, pc, unit, depth, frames) }
                frames[depth] = Frame(
                    returnCode: pc, integers: r, strings: s, slots: slots, iterations: iterations, unit: unit)
                depth += 1
                let caller = units + unit
                let callerStrings = s
                r += caller.pointee.integers
                s += caller.pointee.strings
                slots += caller.pointee.strings &* stride
                iterations += caller.pointee.iterations
                unit = a
                let callee = units + a
                clearFrame(callee.pointee, r, s, slots)
                if callee.pointee.takesStrings { passStrings(lists + b, callerStrings, a, s) }
                enter(callee, code, &pc, &budget)
            case .nextOverload:
                guard depth > 0, units[unit].next >= 0 else {
                    return fail(.exhausted, pc, unit, depth, frames)
                }
                let frame = frames[depth - 1]
                let call = (frame.returnCode - 1).pointee
                unit = units[unit].next
                clearFrame(units[unit], r, s, slots)
                passArguments(lists + Int(call.b), frame.integers, frame.strings, units[unit], r, s)
                pc = code + units[unit].entry
            case .returnInteger:
                if depth == 0 {
                    lastResult = r[a]
                    return true
                }
                depth -= 1
                let frame = frames + depth
                let value = r[a]
                pc = frame.pointee.returnCode
                r = frame.pointee.integers
                s = frame.pointee.strings
                slots = frame.pointee.slots
                iterations = frame.pointee.iterations
                unit = frame.pointee.unit
                if pc[-1].small == 1 { r[Int(pc[-1].dst)] = value }
            case .returnString, .returnVoid:
                if depth == 0 { return true }
                depth -= 1
                let frame = frames + depth
                let string = i.op == .returnString ? s[a] : StringView(pointer: pool.empty, length: 0)
                pc = frame.pointee.returnCode
                r = frame.pointee.integers
                s = frame.pointee.strings
                slots = frame.pointee.slots
                iterations = frame.pointee.iterations
                unit = frame.pointee.unit
                if pc[-1].small == 1 {
                    r[Int(pc[-1].dst)] = 0
                } else if pc[-1].small == 2 {
                    takeString(string, Int(pc[-1].dst), s, slots)
                }

            case .builtin:
                let result = builtin(a, BuiltinArguments(list: lists + b, integers: r, strings: s), record)
                switch result {
                case .nothing:
                    if i.small == 1 { r[dst] = 0 }
                    if i.small == 2 { s[dst] = StringView(pointer: pool.empty, length: 0) }
                case .integer(let value): if i.small == 1 { r[dst] = value }
                case .string(let text):
                    let slot = slots + dst * stride
                    let length = lengthBeforeNul(text.pointer, min(text.length, maxLength))
                    copyBytes(slot, text.pointer, length)
                    s[dst] = StringView(pointer: slot, length: length)
                case .failed(let cause): return fail(cause, pc, unit, depth, frames)
                case .abort: return true
                }
            case .print:
                let place = output.reserve(Evaluator.printLimit)
                var writer = TextWriter(place, capacity: Evaluator.printLimit)
                if let cause = write(format: a, BuiltinArguments(list: lists + b, integers: r, strings: s), &writer) {
                    return fail(cause, pc, unit, depth, frames)
                }
                output.commit(writer.count)
            case .format:
                var writer = TextWriter(scratch, capacity: maxLength)
                if let cause = write(format: a, BuiltinArguments(list: lists + b, integers: r, strings: s), &writer) {
                    return fail(cause, pc, unit, depth, frames)
                }
                let slot = slots + dst * stride
                let length = lengthBeforeNul(scratch, writer.count)
                copyBytes(slot, scratch, length)
                s[dst] = StringView(pointer: slot, length: length)

            case .argument, .returnValue:
                guard let value = recordedRegister(i.op == .argument ? a : nil) else {
                    return fail(.message("no register context in this probe"), pc, unit, depth, frames)
                }
                r[dst] = value
            case .readMemory:
                guard let value = readInteger(at: r[a], pool.accesses[b]) else {
                    return fail(.readFault(UInt64(bitPattern: r[a])), pc, unit, depth, frames)
                }
                r[dst] = value
            case .canReadMemory: r[dst] = readInteger(at: r[a], pool.accesses[b]) == nil ? 0 : 1
            case .canReadString:
                let arguments = BuiltinArguments(list: lists + b, integers: r, strings: s)
                r[dst] = canReadString(a, arguments) ? 1 : 0
            case .slotInteger:
                guard let record else { return fail(.noRecord, pc, unit, depth, frames) }
                if isFaulted(record, a) { return fail(slotFault(record, a), pc, unit, depth, frames) }
                r[dst] = record.load(fromByteOffset: Int(slotOffsets[a]), as: Int64.self)
            case .slotString:
                guard let record else { return fail(.noRecord, pc, unit, depth, frames) }
                if isFaulted(record, a) { return fail(slotFault(record, a), pc, unit, depth, frames) }
                s[dst] = slotString(record, a)
            case .slotReadable:
                guard let record else { return fail(.noRecord, pc, unit, depth, frames) }
                r[dst] = isFaulted(record, a) ? 0 : 1

            case .caughtError: s[dst] = caughtText(into: slots + dst * stride)
            case .action:
                budget &-= Int64(i.a)
                if budget < 0 {
                    let site = actionSite(i, budget, at: pc)
                    return fail(.actions, pc, unit, depth, frames, site: site)
                }
            }
        }
    }
}

/// Goes to a place in the code and counts the statements there; with too many, to the `action` before it, which says so.
/// A real branch: as a conditional move, the next instruction would wait for its operands.
@inline(__always)
private func go(
    to target: Int, _ cost: UInt16, _ code: UnsafePointer<Code>, _ pc: inout UnsafePointer<Code>,
    _ budget: inout Int64
) {
    pc = code + target
    budget &-= Int64(cost)
    if _slowPath(budget < 0) {
        budget &+= Int64(cost)
        pc -= 1
    }
}

/// Goes to the start of a unit in the same way.
@inline(__always)
private func enter(
    _ unit: UnsafePointer<UnitShape>, _ code: UnsafePointer<Code>, _ pc: inout UnsafePointer<Code>,
    _ budget: inout Int64
) {
    pc = code + unit.pointee.entry
    budget &-= Int64(unit.pointee.cost)
    if _slowPath(budget < 0) {
        budget &+= Int64(unit.pointee.cost)
    } else if unit.pointee.cost != 0 {
        pc += 1
    }
}
