// SPDX-License-Identifier: GPL-3.0-or-later

/// One thing that `swtap doctor` looked at.
struct Finding: Equatable {
    /// What it is about; the section of the report.
    enum Topic: String, CaseIterable {
        /// Without which there are no probes of the kernel.
        case conditions
        /// Kinds of probes, each tried with a small script.
        case probes
        /// What the kernel has for them.
        case mechanisms
        /// Settings of the system that make a difference.
        case settings
    }

    /// How it is.
    enum State: String {
        case works
        /// Not there, and something else takes its place, or less is shown.
        case limited
        case missing
    }

    var topic: Topic
    var name: String
    /// What it serves for, or what it is.
    var purpose: String
    var state = State.works
    /// How it works, or why not.
    var detail = ""
    /// What to do about it.
    var wayOut: String?
}
