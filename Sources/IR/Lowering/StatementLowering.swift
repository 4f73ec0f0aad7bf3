// SPDX-License-Identifier: GPL-3.0-or-later
import Semantics
import Syntax

extension UnitLowering {
    /// Lowers a statement. Against MAXACTION counts each but `{}`, `;` and `try`; of a loop, each time that it is
    /// decided whether to go on, and each step.
    func statement(_ statement: CheckedStatement) {
        let token = statement.token
        switch statement.kind {
        case .block(let statements):
            for inner in statements { self.statement(inner) }
            return
        case .loop, .foreach, .tryCatch: break
        default: count(token)
        }
        switch statement.kind {
        case .block: break
        case .expression(let expression): _ = value(expression, isUsed: false)
        case .if(let condition, let then, let otherwise): conditional(condition, then, otherwise, token)
        case .loop(let condition, let step, let body): loop(condition, step, body, token)
        case .foreach(let loop): foreach(loop, token)
        case .tryCatch(let body, let variable, let handler): tryCatch(body, variable, handler, token)
        case .deleteGlobal(let global): emit(.deleteGlobal, Int32(global), token)
        case .deleteLocal(let local): clear(frame.registers[local], token)
        case .deleteElement(let array, let keys):
            emit(.elementDelete, Int32(array), tables.operands(keyOperands(keys)), token)
        case .next: next(token)
        case .break:
            guard let loop = frame.loops.last else { return }
            jump(loop.exit, token)
        case .continue:
            guard let loop = frame.loops.last else { return }
            jump(loop.next, token)
        case .return(let value): leaveFunction(value, token)
        }
    }

    private func count(_ token: Token) { emit(.action, 1, token) }

    private func conditional(
        _ condition: CheckedExpression, _ then: CheckedStatement, _ otherwise: CheckedStatement?, _ token: Token
    ) {
        let yes = newBlock()
        let end = newBlock()
        let no = otherwise == nil ? end : newBlock()
        branch(condition, yes: yes, no: no)
        block = yes
        statement(then)
        jump(end, token)
        if let otherwise {
            block = no
            statement(otherwise)
            jump(end, token)
        }
        block = end
    }

    private func loop(
        _ condition: CheckedExpression?, _ step: CheckedExpression?, _ body: CheckedStatement, _ token: Token
    ) {
        let head = newBlock()
        let inside = newBlock()
        let advance = newBlock()
        let end = newBlock()
        count(token)
        jump(head, token)
        block = head
        if let condition {
            branch(condition, yes: inside, no: end)
        } else {
            jump(inside, token)
        }
        block = inside
        frame.loops.append(Loop(exit: end, next: advance, iteration: nil))
        statement(body)
        frame.loops.removeLast()
        jump(advance, token)
        block = advance
        // The next decision is counted here, so that step and test stay together.
        if let step { count(step.token) }
        count(token)
        if let step { _ = value(step, isUsed: false) }
        jump(head, token)
        block = end
    }

    private func foreach(_ loop: CheckedForeach, _ token: Token) {
        let slice = loop.slice.map { keyOperands($0) }
        let limit = loop.limit.map { integer($0) }
        let iteration = Int32(tables.program.iterations.count)
        tables.program.iterations.append(
            Iteration(
                array: loop.array, sort: loop.sort, limit: limit, slice: slice,
                keys: loop.keys.map { frame.registers[$0] }, value: loop.value.map { frame.registers[$0] }))
        let head = newBlock()
        let inside = newBlock()
        let end = newBlock()
        emit(.iterationBegin, iteration, token)
        count(token)
        jump(head, token)
        block = head
        emit(.iterationNext, dst: iteration, Int32(inside), Int32(end), token)
        block = inside
        count(token)
        frame.loops.append(Loop(exit: end, next: head, iteration: iteration))
        statement(loop.body)
        frame.loops.removeLast()
        jump(head, token)
        block = end
        emit(.iterationEnd, iteration, token)
    }

    /// The body's blocks have the handler's first block as theirs; the handler's have what is around.
    private func tryCatch(
        _ body: CheckedStatement, _ variable: CheckedExpression?, _ handler: CheckedStatement, _ token: Token
    ) {
        let around = errorHandler
        let caught = newBlock()
        let end = newBlock()
        errorHandler = caught
        let inside = newBlock()
        jump(inside, token)
        block = inside
        statement(body)
        jump(end, token)
        errorHandler = around
        block = caught
        catchError(variable, token)
        statement(handler)
        jump(end, token)
        block = end
    }

    private func catchError(_ variable: CheckedExpression?, _ token: Token) {
        switch variable?.kind {
        case .local(let index):
            guard case .string(let register) = frame.registers[index] else { return }
            emit(.caughtError, dst: register, token)
        case .global(let index):
            let message = newString()
            emit(.caughtError, dst: message, token)
            store(.string(message), global: index, token)
        default: break
        }
    }

    /// `next`: ends a handler, or falls through to a function's next overload.
    private func next(_ token: Token) {
        if frame.exit != nil {
            endIterations(token)
            if let next = frame.next {
                jump(next, token)
            } else {
                // It is the call that fails: what the function itself catches does not matter.
                let inner = errorHandler
                errorHandler = frame.errorHandler
                let exhausted = newBlock()
                errorHandler = inner
                jump(exhausted, token)
                block = exhausted
                emit(.nextOverload, token)
            }
        } else if frame.function != nil {
            let inner = errorHandler
            errorHandler = nil
            let leave = newBlock()
            errorHandler = inner
            jump(leave, token)
            block = leave
            emit(.nextOverload, token)
        } else {
            emit(.returnVoid, token)
        }
    }

    /// Leaves the function of the frame with a value, or with 0 or "" where it has a type.
    func leaveFunction(_ expression: CheckedExpression?, _ token: Token) {
        if let exit = frame.exit {
            if let result = frame.result {
                assign(expression.flatMap { value($0) }, to: result, token)
            } else if let expression {
                _ = value(expression, isUsed: false)
            }
            endIterations(token)
            jump(exit, token)
            return
        }
        guard let function = frame.function else { return emit(.returnVoid, token) }
        switch checked.functions[function].result {
        case .string: emit(.returnString, expression.map { string($0) } ?? string(ByteString([]), token), token)
        case .long: emit(.returnInteger, expression.map { integer($0) } ?? constant(0, token), token)
        case .unknown, .statistics:
            if let expression { _ = value(expression, isUsed: false) }
            emit(.returnVoid, token)
        }
    }

    /// Ends the loops over arrays that a way out of an inlined body leaves.
    private func endIterations(_ token: Token) {
        for loop in frame.loops.reversed() {
            if let iteration = loop.iteration { emit(.iterationEnd, iteration, token) }
        }
    }
}
