// SPDX-License-Identifier: GPL-3.0-or-later
import Semantics
import Testing

@Suite struct ProgramTests {
    @Test func globalsLocalsFunctionsAndPrints() {
        let text = dump(
            """
            global n = 3, names[10]
            function twice(x) { return x * 2 }
            probe begin {
              i = twice(n)
              names[i, "a"] = "b"
              println(i, names[1, "a"])
            }
            """)
        #expect(
            text == """
                # globals
                n:long = 3
                names[10]:string [long, string]
                # functions
                twice:long (x:long)
                {
                  return (x) * (2)
                }
                # probes
                begin /* <- begin */
                  # locals
                  i:long
                {
                  (i) = (twice(n))
                  (names[i, "a"]) = ("b")
                  printf("%d%s\\n", i, names[1, "a"])
                }

                """)
    }

    @Test func targetOfAFunction() {
        #expect(
            body("probe kernel.function(\"sock_sendmsg\") { println($sock->sk->sk_protocol) }")
                == #"printf("%d\n", @load(u16, (@load(u64, (@argument(0, u64)) + (24))) + (64)))"#)
    }
}
