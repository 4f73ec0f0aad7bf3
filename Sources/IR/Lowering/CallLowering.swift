// SPDX-License-Identifier: GPL-3.0-or-later
import Semantics
import Syntax

extension UnitLowering {
    /// A call of a function; inlined where the capture planner must see what it reads.
    func call(_ index: Int, _ arguments: [CheckedExpression], _ token: Token) -> Operand? {
        let function = checked.functions[index]
        let values = self.operands(arguments)
        let parameters = function.locals.prefix(function.parameterCount)
        let operands = zip(values, parameters).map { argument, parameter in coerce(argument, parameter.type, token) }
        if captured != nil, mustInline(index) || !isOpen(index) && (traits.isInlined(index) && !isTooLarge) {
            return inline(function, operands, token)
        }
        let list = tables.operands(operands)
        switch function.result {
        case .long:
            let result = newInteger()
            emit(.call, dst: result, Int32(index), list, token)
            return .integer(result)
        case .string:
            let result = newString()
            emit(.call, dst: result, Int32(index), list, token)
            return .string(result)
        case .unknown, .statistics:
            emit(.call, Int32(index), list, token)
            return nil
        }
    }

    /// Whether a call is only possible by its function's body: what is meant at the entry is planned, never called.
    private func mustInline(_ function: Int) -> Bool { entryDepth > 0 || traits.usesEntry[function] }

    /// Whether the body of a function, or of one of its overloads, is being inlined: it is recursive.
    private func isOpen(_ function: Int) -> Bool {
        var overload: CheckedFunction? = checked.functions[function]
        while let function = overload {
            if frames.contains(where: { $0.function == function.index }) { return true }
            overload = function.nextOverload.map { checked.functions[$0] }
        }
        return false
    }

    /// A register of a parameter's type: what has the wrong one is never looked at.
    private func coerce(_ operand: Operand, _ type: ValueType, _ token: Token) -> Operand {
        switch (operand, type) {
        case (.string, .long), (.string, .unknown): .integer(constant(0, token))
        case (.integer, .string): .string(string(ByteString([]), token))
        default: operand
        }
    }

    // MARK: Inlining

    /// Puts a function's overloads in place of a call: `next` jumps to the following body.
    private func inline(_ first: CheckedFunction, _ arguments: [Operand], _ token: Token) -> Operand? {
        if isTooLarge {
            refuse(
                "the handler grows too large when function '\(first.name)', which has to do with @entry, is expanded",
                token)
            return nil
        }
        let callSite = site(token)
        let result = first.result == .unknown ? nil : variable(first.result)
        let exit = newBlock()
        var overload: CheckedFunction? = first
        while let function = overload {
            guard !frames.contains(where: { $0.function == function.index }) else {
                refuse(
                    "function '\(function.name)' is recursive and has to do with @entry: "
                        + "what is read when a function is entered must be known before",
                    token)
                jump(exit, token)
                break
            }
            overload = function.nextOverload.map { checked.functions[$0] }
            let following = overload.map { _ in newBlock() }
            inline(
                function, arguments,
                Frame(
                    registers: [], function: function.index, callSite: callSite, exit: exit,
                    result: result, next: following, errorHandler: errorHandler))
            if let following { block = following }
        }
        block = exit
        return result
    }

    private func inline(_ function: CheckedFunction, _ arguments: [Operand], _ inlined: Frame) {
        let registers = function.locals.map { variable($0.type) }
        var inlined = inlined
        inlined.registers = registers
        frames.append(inlined)
        for (place, local) in function.locals.enumerated() {
            if place < function.parameterCount, place < arguments.count {
                move(arguments[place], to: registers[place], local.token)
            } else {
                clear(registers[place], local.token)
            }
        }
        statement(function.body)
        leaveFunction(nil, function.token)
        frames.removeLast()
    }

    // MARK: Built-in functions

    private static func hasNoArguments(_ event: ProbeEvent) -> Bool {
        switch event {
        case .user(.systemCall, _), .user(.marker, _), .user(.life, _): true
        default: false
        }
    }

    /// A call of a built-in function; what is known before the run becomes a constant.
    func builtin(_ builtin: Builtin, _ arguments: [CheckedExpression], _ token: Token) -> Operand? {
        let operands = self.operands(arguments)
        switch builtin {
        case .target: return .integer(constant(target, token))
        case .isOwnEvent where captured != nil: return .integer(constant(0, token))
        case .rawArgument where captured.map { Self.hasNoArguments($0.event) } == true:
            refuse("arguments by number belong to functions: system calls and markers have $arg1, $arg2 …", token)
            return .integer(constant(0, token))
        case .returnval where captured != nil:
            if case .user(.systemCall(true), _)? = captured?.event {
                let result = newInteger()
                emit(.argument, dst: result, 1, token)
                return .integer(result)
            }
            let result = newInteger()
            emit(.returnValue, dst: result, token)
            return .integer(result)
        default: break
        }
        let list = tables.operands(operands)
        switch builtin.signature.result {
        case .long:
            let result = newInteger()
            emit(.builtin, dst: result, Int32(builtin.rawValue), list, token)
            return .integer(result)
        case .string:
            let result = newString()
            emit(.builtin, dst: result, Int32(builtin.rawValue), list, token)
            return .string(result)
        case .unknown, .statistics:
            emit(.builtin, Int32(builtin.rawValue), list, token)
            return nil
        }
    }
}
