// SPDX-License-Identifier: GPL-3.0-or-later
//
// Random handlers: `make trials`. Runs scripts that are made at random in the Evaluator and, by BPF_PROG_TEST_RUN, in the kernel,
// and compares what they print, what they say and what they leave. Nothing is attached.
//
//   Trials FIRST COUNT     scripts by number; status 1 when one differs, 77 when this kernel runs none
//   Trials --show NUMBER   prints a script
import Glibc

let words = CommandLine.arguments.dropFirst().map { Int($0) }
if CommandLine.arguments.dropFirst().first == "--show", words.count == 2, let number = words[words.startIndex + 1] {
    var generator = HandlerGenerator(seed: UInt64(number))
    print(generator.script(), terminator: "")
    exit(0)
}
guard words.count == 2, let first = words[words.startIndex], let count = words[words.startIndex + 1], first >= 0,
    count > 0
else {
    print("usage: Trials FIRST COUNT, or Trials --show NUMBER")
    exit(2)
}
guard HandlerRun.isPossible else { exit(77) }
var (all, inKernel) = (0, 0)
for number in first..<first + count {
    var generator = HandlerGenerator(seed: UInt64(number))
    let script = generator.script()
    do {
        guard let trial = try HandlerTrial(script) else { continue }
        all += 1
        if trial.isInKernel { inKernel += 1 }
        if !trial.isSame {
            print("script \(number) differs; Trials --show \(number) prints the whole:\n\(HandlerTrial.report(script))")
            exit(1)
        }
    } catch {
        print("script \(number): \(error)")
        exit(1)
    }
}
print("\(all) scripts from \(first) on did the same, \(inKernel) of them in the kernel")
// A generator that only makes what the kernel does not take would test nothing.
exit(all > count / 3 && inKernel > all / 2 ? 0 : 1)
