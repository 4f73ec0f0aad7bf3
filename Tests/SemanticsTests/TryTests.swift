// SPDX-License-Identifier: GPL-3.0-or-later
import Semantics
import Testing

@Suite("try and catch")
struct TryTests {
    @Test func theVariableIsAString() {
        #expect(
            body("global g probe begin { try { print(1) } catch (m) { g = 1; print(m) } }") == """
                try
                printf("%d", 1)
                catch (m)
                {
                (g) = (1)
                printf("%s", m)
                }
                """)
        #expect(
            errors("probe begin { m = 1; try { error(\"\") } catch (m) { print(m) } print(m + 1) }") == [
                "type mismatch (string): 'm' <- type was first inferred here (long): 'm'"
            ])
    }

    @Test func aVariableThatNobodyReadsIsDropped() {
        #expect(body("probe begin { try { print(1) } catch (m) { print(2) } }").contains("catch\n"))
    }

    @Test func loopsAroundAndInsideAreKnown() {
        #expect(errors("probe begin { while (1) { try { break } catch { continue } } }") == [])
        #expect(
            errors("probe begin { try { break } catch { } print(1) }") == ["cannot 'break' outside loop: 'break'"])
    }

    @Test func theArrayOfALoopIsNotModifiedInsideEither() {
        #expect(
            errors("global a probe begin { foreach (k in a) try { print(k) } catch { delete a[k] } }") == [
                "variable 'a' modified during 'foreach' iteration: 'a'"
            ])
    }

    @Test func whatFollowsATryThatNeverGoesOnIsNeverReached() {
        #expect(
            warnings("probe begin { try { print(1); next } catch { next } print(2) }") == [
                "statement will never be reached: 'print'"
            ])
        #expect(warnings("probe begin { try { print(1); next } catch { } print(2) }") == [])
    }

    @Test func functionsWithoutANextHideTheOverloadsAfterThemInSilence() {
        #expect(
            warnings("function f() { return 1 } function f() { return 2 } probe begin { print(f()) }") == [])
    }
}
