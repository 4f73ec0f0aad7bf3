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
        if captured != nil, traits.isInlined(index) || entryDepth > 0 {
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
                "the handler grows too large when function '\(first.name)', which reads the kernel, is expanded", token)
            return nil
        }
        let callSite = site(token)
        let result = first.result == .unknown ? nil : variable(first.result)
        let exit = newBlock()
        var overload: CheckedFunction? = first
        while let function = overload {
            guard !frames.contains(where: { $0.function == function.index }) else {
                refuse(
                    "function '\(function.name)' reads the kernel and is recursive: "
                        + "the handlers of kernel events cannot expand it",
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

    /// A call of a built-in function; what is known before the run becomes a constant.
    func builtin(_ builtin: Builtin, _ arguments: [CheckedExpression], _ token: Token) -> Operand? {
        let operands = self.operands(arguments)
        switch builtin {
        case .target: return .integer(constant(target, token))
        case .returnval where captured != nil:
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
