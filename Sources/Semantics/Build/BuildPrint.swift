// SPDX-License-Identifier: GPL-3.0-or-later
import Syntax

extension Builder {
    /// A call of the print family.
    func buildPrint(_ kind: PrintKind, _ format: ByteString?, _ arguments: [Expression], _ token: Token) -> Node {
        let returnsString = kind.returnsString
        if arguments.count == 1, case .histogram(let histogram) = arguments[0].kind {
            guard let (target, _) = buildHistogram(histogram, arguments[0].token) else {
                return Node(token, .integer(0))
            }
            return Node(token, .histogramText(returnsString: returnsString, target))
        }
        let nodes = arguments.map(build)
        switch kind {
        case .printChar:
            guard nodes.count == 1 else { return fail("Wrong number of args to formatted print operator", token) }
            return Node(token, .builtin(.printChar, nodes))
        case .print, .println, .sprint, .sprintln:
            let newline = kind == .println || kind == .sprintln
            return Node(token, .print(returnsString: returnsString, .plain(delimiter: "", newline: newline), nodes))
        case .printd, .printdln, .sprintd, .sprintdln:
            let newline = kind == .printdln || kind == .sprintdln
            let form = PrintForm.plain(delimiter: format ?? "", newline: newline)
            return Node(token, .print(returnsString: returnsString, form, nodes))
        case .printf, .sprintf:
            switch FormatParser.parse(format ?? "") {
            case .failure(let problem): return fail(problem.message, token)
            case .success(let pieces):
                if pieces.argumentTypes.count != nodes.count {
                    return fail("Wrong number of args to formatted print operator", token)
                }
                return Node(token, .print(returnsString: returnsString, .format(pieces), nodes))
            }
        }
    }
}
