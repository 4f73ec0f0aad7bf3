// SPDX-License-Identifier: GPL-3.0-or-later
import Semantics
import Syntax

extension UnitLowering {
    /// `<<<`, the operators on statistics, and histograms.
    func statistics(_ expression: CheckedExpression) -> Operand? {
        let token = expression.token
        switch expression.kind {
        case .aggregateAdd(let target, let value):
            let (global, list, last) = variable(target, last: value)
            guard case .integer(let register)? = last else { return nil }
            emit(.aggregateAdd, dst: register, global, list, target.token)
            return last
        case .aggregate(let operation, let target):
            let (global, list, _) = variable(target)
            let result = newInteger()
            let read = AggregateRead(global: Int(global), operation: operation)
            emit(.aggregateLoad, dst: result, tables.aggregate(read), list, token)
            return .integer(result)
        case .histogramBucket(let target, let index):
            let (global, keys) = parts(of: target)
            let list = tables.operands(operands(keys + [index]))
            let result = newInteger()
            emit(.histogramBucket, dst: result, global, list, token)
            return .integer(result)
        case .histogramText(let returnsString, let target):
            let (global, list, _) = variable(target)
            guard returnsString else {
                emit(.histogramPrint, global, list, token)
                return nil
            }
            let result = newString()
            emit(.histogramFormat, dst: result, global, list, token)
            return .string(result)
        default: return nil
        }
    }

    /// The global and the list of its keys, which are evaluated before what comes last.
    private func variable(
        _ target: CheckedExpression, last: CheckedExpression? = nil
    ) -> (global: Int32, list: Int32, last: Operand?) {
        let (global, keys) = parts(of: target)
        var values = operands(keys + [last].compactMap { $0 })
        let rest = last == nil ? nil : values.popLast()
        return (global, tables.operands(values), rest)
    }

    private func parts(of target: CheckedExpression) -> (global: Int32, keys: [CheckedExpression]) {
        switch target.kind {
        case .element(let global, let keys): (Int32(global), keys)
        case .global(let global): (Int32(global), [])
        default: (0, [])
        }
    }
}
