// SPDX-License-Identifier: GPL-3.0-or-later

/// The macros of the library files, visible in every file.
public struct MacroLibrary: Sendable {
    /// Creates an empty library.
    public init() {}
}
