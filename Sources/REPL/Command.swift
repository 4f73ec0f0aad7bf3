// SPDX-License-Identifier: GPL-3.0-or-later

/// The commands of the prompt: SystemTap's own, which work on a script, and those for what runs.
enum Command: String, CaseIterable {
    case add, delete, edit, help, list, load, quit, run, sample, save, set, show
    case probes, stop, start, drop

    /// The command of a word or of its alias.
    init?(word: String) {
        if let command = Command(rawValue: word) {
            self = command
            return
        }
        guard let command = Command.allCases.first(where: { $0.aliases.contains(word) }) else { return nil }
        self = command
    }

    /// The short names.
    var aliases: [String] {
        switch self {
        case .add: ["a"]
        case .delete: ["d"]
        case .edit: ["e"]
        case .help: ["h", "?"]
        case .list: ["l"]
        case .quit: ["q"]
        case .run: ["r"]
        default: []
        }
    }

    /// How it is used.
    var usage: String {
        switch self {
        case .add: "add SCRIPT"
        case .delete: "delete [N|N-M]"
        case .edit: "edit"
        case .help: "help [COMMAND|FUNCTION]"
        case .list: "list [N|N-M]"
        case .load: "load FILE"
        case .quit: "quit"
        case .run: "run"
        case .sample: "sample [WORDS]"
        case .save: "save FILE"
        case .set: "set OPTION VALUE"
        case .show: "show [OPTION]"
        case .probes: "probes"
        case .stop: "stop N"
        case .start: "start N"
        case .drop: "drop N"
        }
    }

    /// What it does, in one line.
    var summary: String {
        switch self {
        case .add: "Add lines to the script."
        case .delete: "Delete lines of the script, or all of it."
        case .edit: "Edit the script with $EDITOR."
        case .help: "Show this, or more about a command."
        case .list: "List the script with the numbers of its lines."
        case .load: "Load a file as the script."
        case .quit: "Leave; end probes run."
        case .run: "Run the script by itself; Ctrl-C ends it."
        case .sample: "Look for an example and load or run it."
        case .save: "Save the script to a file."
        case .set: "Set an option for the script."
        case .show: "Show the options."
        case .probes: "List what was typed, with hits and losses."
        case .stop: "Stop the probes of [N]; their end probes run."
        case .start: "Start the probes of [N] again."
        case .drop: "Forget [N], with the values of its globals."
        }
    }
}
