// SPDX-License-Identifier: GPL-3.0-or-later

/// What the user may choose of the runtime.
public struct RuntimeOptions: Sendable {
    /// The ring buffer's size in MiB; rounded up to a power of two.
    public var ringMegabytes = 2
    /// Features to do without, as `--no-feature` names them.
    public var disabledFeatures: Set<Feature> = []
    /// Calls that can be under way at once in each function whose return needs entry values.
    public var entryCapacity = 4096

    /// The process of `-c` or `-x`; 0 for none.
    public var targetPid: Int32 = 0
    /// Whether errors of handlers neither end the session nor are shown.
    public var ignoresErrors = false
    /// Whether all events are counted, and not only those that are lost.
    public var countsEvents = true
    /// Whether user space may look at every global at any time.
    public var watchesGlobals = false
    /// Whether that process has not executed its program yet.
    public var startsTarget = false

    /// Creates the defaults.
    public init() {}

    /// The ring buffer's size in bytes, as the kernel wants it: at least a page, at most 1 GiB.
    var ringBytes: Int {
        var size = 1 << 20
        while size < ringMegabytes << 20 && size < 1 << 30 { size *= 2 }
        return size
    }
}
