// SPDX-License-Identifier: GPL-3.0-or-later
import Testing

@testable import IR

struct LoopShapeTests {
    private func shape(_ body: String) throws -> LoopShape {
        LoopShape(try lowered("global n probe begin { \(body) } probe end { println(n) }").program.handlers[0])
    }

    @Test func noLoops() throws {
        let shape = try shape("if (n) n++; else n--; try { n = 1 / n } catch { n = 2 }")
        #expect(!shape.hasLoops)
        #expect(shape.repeated.isEmpty)
        #expect(shape.rounds(statements: 1000) != nil)
    }

    /// Each round of a loop counts what is decided, the step and the statements of the body.
    @Test(arguments: [
        ("while (n < 5) n++", 1, 2), ("for (i = 0; i < 5; i++) n++", 1, 3),
        ("for (i = 0; i < 5; i++) for (j = 0; j < 5; j++) n++", 2, 3),
        ("while (1) { if (n) continue; n++ }", 1, 3),
    ])
    func rounds(_ body: String, _ heads: Int, _ statements: Int) throws {
        let shape = try shape(body)
        #expect(shape.heads.count == heads)
        #expect(shape.statementsOfARound == statements)
        #expect(shape.rounds(statements: 60) == heads * (60 / statements + 1))
    }

    @Test func whatComesBeforeAndAfterIsNotRepeated() throws {
        let shape = try shape("n = 7; while (n < 5) n++; n = 9")
        #expect(!shape.repeated.contains(shape.order[0]))
        #expect(shape.repeated.contains(shape.heads[0]))
        #expect(shape.repeated.count < shape.order.count)
    }
}
