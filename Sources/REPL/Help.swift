// SPDX-License-Identifier: GPL-3.0-or-later

/// What `help` says.
enum Help {
    /// The whole page.
    static var page: String {
        var text = """
            What you type runs at once:
              probe socket.send { bytes[execname()] += size }    a probe: it starts, and the prompt stays
              global bytes                                       a global, which probes and you share
              function mib(n) { return n / 1048576 }             a function; typed again, it is replaced
              bytes["nginx"]                                     an expression shows its value
              bytes                                              an array shows its elements as a table
              foreach (n in bytes- limit 5) println(n, bytes[n])
              delete bytes                                       statements run at once
            Text goes on on the next line while a brace, a parenthesis or a quote is open. Tab completes.
            Ctrl-C forgets the line, and stops all probes when the line is empty. Ctrl-D leaves.


            """
        func lines(_ heading: String, _ commands: [Command]) {
            text += heading + "\n"
            for command in commands {
                let names = ([command.usage] + command.aliases).joined(separator: ", ")
                text += "  " + names + String(repeating: " ", count: max(1, 32 - names.count)) + command.summary + "\n"
            }
        }
        lines("What runs:", [.probes, .stop, .start, .drop])
        lines("A script of its own:", [.add, .delete, .edit, .list, .load, .save, .run, .sample, .set, .show])
        lines("Besides:", [.help, .quit])
        return text
    }

    /// More about one command.
    static func about(_ command: Command) -> String {
        var text = command.usage
        if !command.aliases.isEmpty { text += " (or \(command.aliases.joined(separator: ", ")))" }
        text += "\n  " + command.summary + "\n" + more(command).map { "  \($0)\n" }.joined()
        return text
    }

    private static func more(_ command: Command) -> [String] {
        switch command {
        case .add:
            [
                "Example: add probe begin { println(\"hello\") exit() }",
                "An open brace or quote goes on on the next line.",
            ]
        case .delete:
            [
                "Example: delete 2-4. Without numbers it asks before it deletes all.",
                "'delete bytes' empties a global instead.",
            ]
        case .edit: ["Without $EDITOR it is /bin/ex."]
        case .help: ["Example: help run"]
        case .list: ["Example: list 3, or list 3-9"]
        case .load, .save: ["It asks before it overwrites anything."]
        case .quit: ["So does Ctrl-D, after a question, and the statement exit()."]
        case .run: ["The options are those of 'set' and of swtap's own command line. What runs at the prompt goes on."]
        case .sample: ["Example: sample socket. All words must be in the example or its description."]
        case .set: ["Example: set verbose 1. 'show' lists the options."]
        case .show: ["Example: show last_pass"]
        case .probes:
            ["The columns: its number, what becomes of it, events, events that were lost, its first line."]
        case .stop: ["Example: stop 2. Its globals keep their values."]
        case .start: ["Example: start 2. Its begin probes run again."]
        case .drop: ["Example: drop 2. It is refused while something else needs what it declares."]
        }
    }
}
