// SPDX-License-Identifier: GPL-3.0-or-later
import Testing

/// Handlers that are made at random do the same in the kernel and in the Evaluator.
@Suite(.enabled(if: HandlerRun.isPossible, "no eBPF here"), .serialized)
struct HandlerEquivalenceTests {
    @Test(arguments: 0..<8) func randomHandlers(_ part: Int) throws {
        var (inKernel, all) = (0, 0)
        let count = 30
        for seed in part * count..<(part + 1) * count {
            var generator = HandlerGenerator(seed: UInt64(seed))
            let script = generator.script()
            guard let trial = try HandlerTrial(script) else { continue }
            all += 1
            if trial.isInKernel { inKernel += 1 }
            guard !trial.isSame else { continue }
            Issue.record("seed \(seed):\n\(HandlerTrial.report(script))")
            return
        }
        // A generator that only makes what is no script, or what the kernel does not take, would test nothing.
        #expect(all > count / 3)
        #expect(inKernel > all / 2)
    }
}
