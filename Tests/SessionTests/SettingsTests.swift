// SPDX-License-Identifier: GPL-3.0-or-later
import IR
import Testing

@testable import Session

@Suite("-D and -G")
struct SettingsTests {
    @Test("Limits are set by name, without regard to case")
    func limits() throws {
        let limits = try Settings.limits(
            ["MAXSTRINGLEN=256", "maxmapentries=10", "MAXERRORS=3"], suppressTimeLimits: true)
        #expect(limits.maxStringLength == 256)
        #expect(limits.maxMapEntries == 10)
        #expect(limits.maxErrors == 3)
        #expect(limits.suppressTimeLimits)
    }

    @Test("MAXACTION also sets the limit of interruptible handlers")
    func maxAction() throws {
        #expect(try Settings.limits(["MAXACTION=50"], suppressTimeLimits: false).maxActionInterruptible == 500)
        #expect(
            try Settings.limits(["MAXACTION_INTERRUPTIBLE=70", "MAXACTION=50"], suppressTimeLimits: false)
                .maxActionInterruptible == 70)
    }

    @Test("Histograms have limits of their own")
    func histograms() throws {
        let limits = try Settings.limits(
            ["HIST_WIDTH=30", "HIST_ELISION=-1", "STP_MAX_BUCKETS=256"], suppressTimeLimits: false)
        #expect(limits.histWidth == 30)
        #expect(limits.histElision == -1)
        #expect(limits.maxBuckets == 256)
        let defaults = Limits()
        #expect([defaults.histWidth, defaults.histElision, defaults.maxBuckets] == [50, 2, 128])
    }

    @Test("The addresses of a backtrace have a limit")
    func backtraces() throws {
        #expect(try Settings.limits(["MAXBACKTRACE=3"], suppressTimeLimits: false).maxBacktrace == 3)
        #expect(Limits().maxBacktrace == 20)
        #expect(throws: SessionError.self) { try Settings.limits(["MAXBACKTRACE=0"], suppressTimeLimits: false) }
    }

    @Test("What tunes the kernel module alone is checked and has no effect")
    func modulesOwn() throws {
        let limits = try Settings.limits(
            [
                "MAXTRYLOCK=5", "TRYLOCKDELAY=1", "MINSTACKSPACE=10", "STP_OVERLOAD_INTERVAL=1",
                "STP_OVERLOAD_THRESHOLD=1", "STP_NO_OVERLOAD", "INTERRUPTIBLE=0", "STP_FORCE_STDOUT_TTY",
                "STP_EXECTRACE",
            ], suppressTimeLimits: false)
        #expect(limits == Limits())
    }

    @Test(arguments: [
        ("INTERRUPTIBLE=2", "-D INTERRUPTIBLE=2: a number from 0 to 1 is needed"),
        ("HIST_WIDTH=0", "-D HIST_WIDTH=0: a number from 1 to 4096 is needed"),
        ("MAXACTION=0", "-D MAXACTION=0: a number from 1 to 2147483647 is needed"),
        ("MAXACTION=x", "-D MAXACTION=x: a number from 1 to 2147483647 is needed"),
        ("1X=2", "Safety pattern mismatch for -D parameter ('1X=2')"),
        ("X=a;b", "Safety pattern mismatch for -D parameter ('X=a;b')"),
        ("", "Safety pattern mismatch for -D parameter ('')"),
    ])
    func badDefines(text: String, message: String) {
        let error = #expect(throws: SessionError.self) { try Settings.limits([text], suppressTimeLimits: false) }
        #expect(error?.message == message)
    }

    @Test("An unknown limit is refused with those that exist")
    func unknownLimit() {
        let error = #expect(throws: SessionError.self) { try Settings.limits(["MAXFOO"], suppressTimeLimits: false) }
        #expect(
            error?.message == "-D MAXFOO: no such limit (there are HIST_ELISION, HIST_WIDTH, MAXACTION, "
                + "MAXACTION_INTERRUPTIBLE, MAXBACKTRACE, MAXERRORS, MAXMAPENTRIES, MAXNESTING, MAXSKIPPED, "
                + "MAXSTRINGLEN, STP_MAX_BUCKETS)")
    }

    @Test("Globals are names with safe values")
    func globals() throws {
        let values = try Settings.initialValues(["x=5", "name=a.b-c"])
        #expect(values.map(\.name) == ["x", "name"])
        #expect(values.map(\.value.description) == ["5", "a.b-c"])
        for bad in ["x", "x=", "1=2", "x=a b", "x=$(id)"] {
            let error = #expect(throws: SessionError.self) { try Settings.initialValues([bad]) }
            #expect(error?.message == "Safety pattern mismatch for -G parameter ('\(bad)')")
        }
    }
}
