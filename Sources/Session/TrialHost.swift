// SPDX-License-Identifier: GPL-3.0-or-later
import Evaluator
import Kernel

/// The outside world of a script whose events are made up.
package func trialHost() throws -> any EvaluationHost {
    RunHost(runtime: nil, namespaces: try Namespaces(ofProcess: nil), catalog: LazyCatalog())
}
