// SPDX-License-Identifier: GPL-3.0-or-later

/// Why the session is asked to stop, or not.
public enum SessionRequest: Sendable, Equatable {
    case proceed
    /// `exit()`, or `abort()`.
    case exit
    /// More run-time errors than MAXERRORS: `error` probes run instead of `end` probes.
    case failed
}

/// A line for standard error that a handler caused.
public enum RuntimeMessage: Sendable, Equatable {
    /// `WARNING: …`.
    case warning(String)
    /// `ERROR: MSG near identifier 'x' at F:L:C (called from …) in probe P`.
    case error(String)
}
