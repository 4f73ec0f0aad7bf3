// SPDX-License-Identifier: GPL-3.0-or-later
import Semantics
import Testing

@Suite struct ProcessPointTests {
    private func points(_ text: String, target: SessionTarget = .none) -> [String] {
        let catalog = FakeCatalog.miniature()
        catalog.target = target
        let result = analyzed(text, catalog: catalog)
        return result.program?.probes.map(\.point) ?? messages(result)
    }

    private func event(_ text: String, target: SessionTarget = .none) -> (event: UserEvent, scope: ProcessScope)? {
        let catalog = FakeCatalog.miniature()
        catalog.target = target
        guard case .user(let event, let scope)? = analyzed(text, catalog: catalog).program?.probes.first?.event else {
            return nil
        }
        return (event, scope)
    }

    @Test func theLifeOfProcesses() throws {
        #expect(points("probe process(\"app\").begin { println(1) }") == ["process(\"/bin/app\").begin"])
        #expect(points("probe process.end { println(1) }") == ["process.end"])
        #expect(points("probe process(7).thread.begin { println(1) }") == ["process(7).thread.begin"])
        #expect(points("probe process(\"/bin/*\").thread.end { println(1) }") == ["process(\"/bin/*\").thread.end"])
        let every = try #require(event("probe process.begin { println(1) }"))
        #expect(every.event == .life(.begin) && every.scope == .every)
        let target = try #require(event("probe process.end { println(1) }", target: .command(["app", "x"])))
        #expect(target.event == .life(.end) && target.scope == .target)
        let all = try #require(event("probe process(\"/bin/*\").begin { println(1) }"))
        #expect(all.scope == .programs([FakeCatalog.app, FakeCatalog.bare]))
        let one = try #require(event("probe process(7).syscall.return { println(1) }"))
        #expect(one.event == .systemCall(isReturn: true) && one.scope == .process(7))
    }

    @Test func functions() throws {
        #expect(
            points("probe process(\"app\").function(\"*\") { println(1) }") == [
                "process(\"/bin/app\").function(\"main\")", "process(\"/bin/app\").function(\"work\")",
            ])
        let work = try #require(event("probe process(\"app\").function(\"work\").return { println(1) }"))
        let place = UserPlace(program: FakeCatalog.app, offset: 0x200, address: 0x1200, name: "work")
        #expect(work.event == .function(place, isReturn: true) && work.scope == .every)
        #expect(points("probe process(\"app\").function(\"*\").exported { println(1) }").count == 1)
        #expect(
            points("probe process(\"app\").plt(\"puts\") { println(1) }") == ["process(\"/bin/app\").plt(\"puts\")"])
        #expect(
            points("probe process(\"app\").statement(0x1104).absolute { println(1) }")
                == ["process(\"/bin/app\").statement(4356).absolute"])
        let inner = try #require(
            event("probe process(\"app\").library(\"libz*\").function(\"inflate\") { println(1) }"))
        #expect(inner.scope == .programs([FakeCatalog.app]))
        #expect(
            points("probe process(\"app\").library(\"libz*\").function(\"inflate\") { println(1) }")
                == ["process(\"/bin/app\").library(\"/lib/libz.so.1\").function(\"inflate\")"])
        let own = try #require(
            event("probe process.function(\"work\") { println(1) }", target: .command(["app"])))
        #expect(own.scope == .target)
        let pid = try #require(event("probe process.function(\"work\") { println(1) }", target: .process(7)))
        #expect(pid.scope == .target)
    }

    @Test func markers() throws {
        #expect(
            points("probe process(\"app\").mark(\"st*\") { println(1) }")
                == ["process(\"/bin/app\").mark(\"start\")", "process(\"/bin/app\").mark(\"stop\")"])
        #expect(
            points("probe process(\"app\").provider(\"*\").mark(\"stop\") { println(1) }")
                == ["process(\"/bin/app\").provider(\"app\").mark(\"stop\")"])
        let start = try #require(event("probe process(\"app\").mark(\"start\") { println(1) }"))
        #expect(start.event.place?.semaphoreOffset == 0x900)
        #expect(start.event.place?.offset == 0x180)
    }

    @Test(arguments: [
        (
            "process(\"nix\").begin",
            "cannot find the program of 'nix': No such file or directory: 'process'"
        ),
        ("process(\"/bin/text\").begin", "cannot find the program of '/bin/text': it is not an ELF file: 'process'"),
        ("process(8).begin", "cannot find the program of process 8: no such process: 'process'"),
        ("process(0).begin", "'0' is no process id: 'process'"),
        (
            "process.function(\"main\")",
            "a process probe without a path needs the command of -c or the process of -x: 'process'"
        ),
        ("process(\"app\").function(\"wrok\")", "no match (similar functions: work)"),
        (
            "process(\"app\").function(\"main@app.c\")",
            "source files and lines are not supported: symbols say nothing of them: 'function'"
        ),
        (
            "process(\"/bin/bare\").function(\"main\")",
            "no match: '/bin/bare' was stripped of its symbols; use one that was not, or probe its markers (.mark), the "
                + "functions it calls in libraries (.library(\"…\").function), or addresses "
                + "(.statement(0x…).absolute): 'function'"
        ),
        ("process(\"/bin/bare\").mark(\"x\")", "no match: '/bin/bare' has no markers: 'mark'"),
        ("process(\"app\").mark(\"stat\")", "no match (similar markers: start, stop)"),
        (
            "process(\"app\").library(\"libx\").function(\"f\")",
            "cannot find the library 'libx': '/bin/app' is linked with no such library: 'library'"
        ),
        (
            "process(\"app\").statement(16).absolute",
            "no code of '/bin/app' is loaded at 0x10: 'statement'"
        ),
        (
            "process(\"app\").plt(\"gets\")",
            "no match: '/bin/app' has no linkage table entry 'gets'; programs that are linked to call functions at once "
                + "(-z now, static) may have none at all: probe the function in its library: 'plt'"
        ),
        (
            "process(\"app\").function(\"main\").inline",
            "'.inline' probes are not supported: symbols say nothing of source lines, inlined functions and labels: "
                + "'inline'"
        ),
        ("process.insn", "probe point family 'process.insn' is not supported yet: 'insn'"),
    ])
    func refusals(_ point: String, _ cause: String) {
        #expect(errors("probe \(point) { println(1) }") == ["while resolving probe point: 'process' <- \(cause)"])
    }

    @Test func oneOfSeveralProgramsIsEnough() {
        #expect(points("probe process(\"/bin/*\").function(\"work\") { println(1) }").count == 1)
        #expect(errors("probe process(\"/bin/*\").function(\"nix\") { println(1) }").count == 1)
    }

    @Test func systemCallsHaveTheirRegisters() {
        #if !arch(arm64)
            #expect(
                body("probe process.syscall { println($syscall, $arg1, $arg6) }")
                    == """
                    printf("%d%d%d\\n", @argument(1, s64), @load(s64, (@argument(0, s64)) + (112)), \
                    @load(s64, (@argument(0, s64)) + (64)))
                    """)
        #endif
        #expect(
            errors("probe process.syscall { println($nix) }") == [
                "unable to find 'nix' of a system call (alternatives: $syscall $arg1 $arg2 $arg3 $arg4 $arg5 $arg6): '$nix'"
            ])
        #expect(
            errors("probe process.syscall { println($return) }") == [
                "unable to find 'return' of a system call (alternatives: $syscall $arg1 $arg2 $arg3 $arg4 $arg5 $arg6): "
                    + "'$return'"
            ])
        #expect(errors("probe process.syscall.return { println($return, $syscall) }").isEmpty)
        #expect(
            errors("probe process.begin { println($x) }") == [
                "'$x' is not known: the probe of a process has no variables: '$x'"
            ])
    }

    @Test func functionsHaveNoVariables() {
        #expect(
            errors("probe process(\"app\").function(\"work\") { println($x) }") == [
                "'$x' is not known: without debuginfo nothing is known of the variables and types of 'work'; use "
                    + "int_arg(n), long_arg(n), pointer_arg(n) …, user_string(pointer_arg(n)), and "
                    + "@cast(value, \"type\") for types: '$x'"
            ])
        #expect(
            errors("probe process(\"app\").function(\"work\").return { println($return) }") == [
                "'$return' is not known: without debuginfo nothing is known of the variables and types of 'work'; use "
                    + "returnval(), or @entry(long_arg(n)) for what it was called with, and "
                    + "@cast(value, \"type\") for types: '$return'"
            ])
    }

    @Test func markersHaveArguments() {
        let mark = "probe process(\"app\").mark(\"start\")"
        #expect(errors("\(mark) { println($arg1, $arg2, $arg3, $arg4, $$name, $$provider, $$vars, $$parms) }").isEmpty)
        #expect(body("\(mark) { println($$name, $$provider) }") == #"printf("%s%s\n", "start", "app")"#)
        #expect(body("\(mark) { println(@defined($arg5), @defined($arg6)) }") == #"printf("%d%d\n", 0, 0)"#)
        #expect(body("\(mark) { println(@defined($arg4)) }") == #"printf("%d\n", 1)"#)
        #expect(
            errors("\(mark) { println($arg6) }") == [
                "unable to find 'arg6' of the marker 'start' (alternatives: $arg1 $arg2 $arg3 $arg4 $arg5 $$name "
                    + "$$provider): '$arg6'"
            ])
        #expect(
            errors("\(mark) { println($arg5) }") == [
                "'$arg5' is not supported: the marker has it at '8@%xmm0': '$arg5'"
            ])
    }

    @Test func listings() {
        let list = { (pattern: String, variables: Bool) in
            listProbePoints(
                pattern, user: [], library: [], catalog: FakeCatalog.miniature(), withVariables: variables)
        }
        #expect(
            list("process(\"app\").function(\"*\")", false)
                == ["process(\"/bin/app\").function(\"main\")", "process(\"/bin/app\").function(\"work\")"])
        #expect(
            list("process(\"app\").mark(\"*\")", true) == [
                "process(\"/bin/app\").mark(\"start\") $arg1:long $arg2:long $arg3:long $arg4:long $arg5:long",
                "process(\"/bin/app\").mark(\"stop\")",
            ])
        #expect(
            list("process(\"app\").syscall.return", true) == [
                "process(\"/bin/app\").syscall.return $syscall:long $arg1:long $arg2:long $arg3:long $arg4:long $arg5:long "
                    + "$arg6:long $return:long"
            ])
    }
}
