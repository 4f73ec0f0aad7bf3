// SPDX-License-Identifier: GPL-3.0-or-later
import Testing

@Test func aWholeProgramAsText() throws {
    let text = try lowerText(
        """
        global seen%[5], total = 3
        function label:string(n:long) { return sprintf("%-4d%%", n) }
        probe kernel.function("probed") {
          if (pid() != target()) next
          seen[execname(), $number]++
          total += $o->inner->value
        }
        probe end {
          foreach ([name, n] in seen- limit 2)
            printf("%s\\n", label(total))
        }
        """)
    #expect(
        text == #"""
            # globals
            g0 seen:long [string, long] capacity 5, wraps
            g1 total:long = 3
            # functions
            function f0 label:string (i0)
              b0:
                # test:2: function label:string(n:long) { return sprintf("%-4d%%", n) }
                action 1
                s0 = format "%-4d%%", i0
                return s0
            # handlers
            probe 0 kernel.function("probed")
              slot 0: int pid()
              slot 1: string execname()
              slot 2: int arg1
              slot 3: int load s32[load u64[arg0 + 8]]
              filtered when: pid() != 42
              b0:
                # test:4: if (pid() != target()) next
                action 1
                i0 = slot 0
                i1 = 42
                i2 = i0 != i1
                if i2 jump b1 else b2
              b1:
                action 1
                return
              b2:
                # test:5: seen[execname(), $number]++
                action 1
                s0 = slot 1
                i3 = slot 2
                i4 = s32(i3)
                i5 = 1
                i5 = seen[s0, i4]; seen[s0, i4] += i5
                # test:6: total += $o->inner->value
                action 1
                i6 = slot 3
                i7 = total; total += i6
                # test:3: probe kernel.function("probed") {
                return
            probe 1 end
              b0:
                # test:9: foreach ([name, n] in seen- limit 2)
                i0 = 2
                begin loop 0 over seen, by value down, limit i0
                action 1
                jump b1
              b1:
                next [s0, i1] of loop 0 jump b2 else b3
              b2:
                action 2
                # test:10: printf("%s\n", label(total))
                i2 = total
                s1 = label(i2)
                print "%s\n", s1
                # test:9: foreach ([name, n] in seen- limit 2)
                jump b1
              b3:
                end loop 0
                # test:8: probe end {
                return

            """#)
}

@Test func equalProgramsGiveEqualText() throws {
    let script = """
        probe kernel.function("probed").return {
          println($$parms$$, @entry(execname()), $return, gettimeofday_ns() - @entry(gettimeofday_ns()))
        }
        """
    #expect(try lowerText(script) == lowerText(script))
}

@Test func statisticsAsText() throws {
    let text = try handlerText(
        """
        global s, a
        probe begin {
          a["x"] <<< 3
          s <<< 5
          println(@avg(a["x"]), @hist_log(s)[3], @hist_linear(a["x"], 0, 9, 3)[1])
          t = sprint(@hist_linear(a["x"], 0, 9, 3))
          print(t)
          print(@hist_log(s))
        }
        """)
    #expect(
        text == #"""
            b0:
            action 1
            s0 = "x"
            i0 = 3
            a[s0] <<< i0
            action 1
            i1 = 5
            s <<< i1
            action 1
            i2 = @avg(a[s0])
            i3 = histogram s, bucket i0
            i4 = 1
            i5 = histogram a[s0], bucket i4
            print "%d%d%d\n", i2, i3, i5
            action 1
            s1 = histogram a[s0]
            action 1
            print "%s", s1
            action 1
            print histogram s
            return
            """#)
}
