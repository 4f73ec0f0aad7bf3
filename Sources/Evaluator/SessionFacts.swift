// SPDX-License-Identifier: GPL-3.0-or-later
import Glibc
import Syntax

/// What does not change while a session runs and scripts may ask for.
public struct SessionFacts: Sendable {
    /// `target()`: the process of `-c` or `-x`, else 0.
    public var targetPid: Int64 = 0
    /// `stp_pid()`: swtap's own process.
    public var ownPid: Int64
    /// `stp_uid()`: the user who runs swtap.
    public var ownUid: Int64
    /// `execname()` in events of user space.
    public var ownName: ByteString = "swtap"
    /// `stp_argument(n)`: swtap's own arguments, its name first.
    public var arguments: [ByteString] = []
    /// `stp_environment(name)`: a variable of swtap's environment.
    public var environment: @Sendable (ByteString) -> ByteString?
    /// `tz_gmtoff()`: seconds west of UTC.
    public var secondsWest: Int64
    /// `tz_name()`.
    public var zoneName: ByteString
    /// `HZ()`: the kernel's ticks in a second.
    public var ticksPerSecond = Int64(sysconf(Int32(_SC_CLK_TCK)))
    /// How many `-v`: from 1 on, a warning is shown as often as it is given.
    public var verbosity = 0
    /// `--suppress-handler-errors`: errors are counted, not shown, and never stop the session.
    public var suppressesHandlerErrors = false

    /// The facts of this process and of the machine's time zone now.
    public init() {
        ownPid = Int64(getpid())
        ownUid = Int64(getuid())
        environment = { name in
            getenv(name.description).map { ByteString(String(cString: $0)) }
        }
        var now = time(nil)
        var local = tm()
        if localtime_r(&now, &local) != nil {
            secondsWest = Int64(-local.tm_gmtoff)
            zoneName = local.tm_zone.map { ByteString(String(cString: $0)) } ?? ""
        } else {
            secondsWest = 0
            zoneName = "UTC"
        }
    }
}
