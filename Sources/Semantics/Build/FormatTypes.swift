// SPDX-License-Identifier: GPL-3.0-or-later
import Syntax

extension [FormatPiece] {
    /// The types of the arguments that a format takes, in order: width, precision, value.
    var argumentTypes: [ValueType] {
        flatMap { piece -> [ValueType] in
            guard case .directive(_, let width, let precision, let conversion) = piece else { return [] }
            let numbers = [width, precision].filter { $0 == .dynamic }.map { _ in ValueType.long }
            return numbers + [conversion == .string ? .string : .long]
        }
    }
}
