// SPDX-License-Identifier: GPL-3.0-or-later
import Glibc
import Session

/// What the commands do.
extension Repl {
    /// Executes a command with the words behind it.
    func execute(_ command: Command, _ rest: String) {
        switch command {
        case .help: help(rest)
        case .quit: quit()
        case .probes: showProbes()
        case .stop: withNumber(command, rest) { session.stop($0) }
        case .start: withNumber(command, rest) { session.start($0) }
        case .drop: withNumber(command, rest) { session.drop($0) }
        case .add: add(rest)
        case .list: withLines(rest) { say(buffer.listing($0)) }
        case .delete: delete(rest)
        case .edit: edit()
        case .load: load(rest)
        case .save: save(rest)
        case .run: runScript()
        case .set: set(rest)
        case .show: show(rest)
        case .sample: sample(rest)
        }
    }

    private func help(_ rest: String) {
        let word = rest.filter { !$0.isWhitespace }
        if word.isEmpty { return say(Help.page) }
        if let command = Command(word: word) { return say(Help.about(command)) }
        let functions = completer.functions.filter { $0.hasPrefix("\(word):") || $0.hasPrefix("\(word) ") }
        if functions.isEmpty { return say("There is no help for '\(word)'. 'help' lists the commands.\n") }
        say(functions.map { $0 + "\n" }.joined())
    }

    private func showProbes() {
        let list = session.list
        guard !list.isEmpty else {
            return say("Nothing has been typed yet. Example: probe timer.s(1) { println(\"tick\") }\n")
        }
        say(Self.table(list))
    }

    /// The pieces as lines of aligned columns.
    static func table(_ list: [PieceSummary]) -> String {
        let rows = list.map { piece in
            [
                "[\(piece.number)]", piece.state, piece.hasProbes ? String(piece.hits) : "",
                piece.hasProbes ? String(piece.losses) : "", piece.title,
            ]
        }
        let headings = ["number", "state", "hits", "lost", "text"]
        let widths = headings.indices.map { column in
            rows.reduce(headings[column].count) { max($0, $1[column].count) }
        }
        return ([headings] + rows).map { cells in
            var line = ""
            for (column, cell) in cells.enumerated() {
                let padding = String(repeating: " ", count: widths[column] - cell.count)
                if column > 0 { line += "  " }
                line += column == 2 || column == 3 ? padding + cell : column == 4 ? cell : cell + padding
            }
            return line + "\n"
        }.joined()
    }

    private func withNumber(_ command: Command, _ rest: String, _ body: (Int) -> Void) {
        let digits = rest.filter { $0 != "[" && $0 != "]" }
        guard let number = Int(digits) else {
            return say("\(command.usage): 'probes' lists the numbers\n")
        }
        body(number)
    }

    // MARK: - The script

    private func withLines(_ rest: String, _ body: (ClosedRange<Int>?) -> Void) {
        if rest.isEmpty { return body(nil) }
        switch buffer.range(rest) {
        case .success(let range): body(range)
        case .failure(let error): say(error.message + "\n")
        }
    }

    private func add(_ text: String) {
        guard !text.isEmpty else { return say(Help.about(.add)) }
        buffer.add(text)
        analyze()
    }

    private func delete(_ rest: String) {
        guard rest.isEmpty else {
            return withLines(rest) { range in
                guard let range else { return }
                buffer.delete(range)
                analyze()
            }
        }
        ask("Delete entire script? ") { [unowned self] answer in
            if Self.isYes(answer) { buffer.clear() }
        }
    }

    /// Passes 1 and 2 over the script, as `auto_analyze` wants after each change.
    private func analyze() {
        guard options.isOn("auto_analyze"), !buffer.isEmpty else { return }
        withFile { path in
            say("\nScript analysis:\n\n")
            var analysis = options
            _ = analysis.set("last_pass", "2")
            runAndWait([Child.ownProgram] + words + analysis.words + [path])
            unlink(path)
        }
    }

    private func withFile(_ body: (String) -> Void) {
        do throws(SessionError) {
            body(try Child.temporaryFile(buffer.text))
        } catch {
            say("ERROR: \(error.message)\n")
        }
    }

    private func edit() {
        withFile { path in
            let editor = getenv("EDITOR").map { String(cString: $0) } ?? ""
            let words = editor.split(separator: " ").map(String.init)
            start((words.isEmpty ? ["/bin/ex"] : words) + [path]) { [unowned self] status in
                defer { unlink(path) }
                guard status == 0 else { return say("The editor failed; the script is as it was.\n") }
                if read(path) { analyze() }
            }
        }
    }

    private func load(_ path: String) {
        guard !path.isEmpty else { return say(Help.about(.load)) }
        let go = { [unowned self] in if read(path) { analyze() } }
        if buffer.isEmpty { return go() }
        ask("Script exists. Overwrite existing script? ") { if Self.isYes($0) { go() } }
    }

    private func read(_ path: String) -> Bool {
        do throws(SessionError) {
            buffer.replace(by: String(decoding: try readFile(path), as: UTF8.self))
            return true
        } catch {
            say("ERROR: \(error.message)\n")
            return false
        }
    }

    private func save(_ path: String) {
        guard !path.isEmpty else { return say(Help.about(.save)) }
        let go = { [unowned self] in
            let descriptor = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o666)
            guard descriptor >= 0 else { return say("ERROR: cannot write '\(path)': \(errorText(errno))\n") }
            defer { close(descriptor) }
            var text = buffer.text
            let failure = text.withUTF8 { writeAll(descriptor, UnsafeRawBufferPointer($0)) }
            if let failure { say("ERROR: cannot write '\(path)': \(errorText(failure))\n") }
        }
        if access(path, F_OK) != 0 { return go() }
        ask("File exists. Overwrite existing file? ") { if Self.isYes($0) { go() } }
    }

    private func runScript() {
        guard !buffer.isEmpty else { return say("There is no script: 'add', 'load' or 'sample' make one.\n") }
        withFile { path in
            start([Child.ownProgram] + words + options.words + [path]) { _ in unlink(path) }
        }
    }

    private func set(_ rest: String) {
        let parts = rest.split(separator: " ", maxSplits: 1).map(String.init)
        guard let name = parts.first else { return say(Help.about(.set)) }
        let value = parts.count > 1 ? parts[1].trimmed : ""
        if let problem = options.set(name, value) { say(problem + "\n") }
    }

    private func show(_ rest: String) {
        let name = rest.trimmed
        say(options.shown(name.isEmpty ? nil : name) ?? ScriptOptions.unknown(name) + "\n")
    }

    private func sample(_ rest: String) {
        let found = Examples.search(rest)
        guard !found.isEmpty else { return say("No example has all these words.\n") }
        for (index, example) in found.enumerated() {
            say("\(index + 1): \(example.name)" + (example.summary.isEmpty ? "" : ": \(example.summary)") + "\n")
        }
        ask("Which one? (a number, or nothing) ") { [unowned self] answer in
            guard let number = Int(answer.trimmed), found.indices.contains(number - 1) else { return }
            let path = found[number - 1].path
            ask("load or run? ") { [unowned self] action in
                switch action.trimmed {
                case "load", "l": load(path)
                case "run", "r": start([Child.ownProgram] + words + options.words + [path]) { _ in }
                default: return
                }
            }
        }
    }
}

extension String {
    /// Without spaces around it.
    var trimmed: String {
        var text = self[...]
        while text.first?.isWhitespace == true { text = text.dropFirst() }
        while text.last?.isWhitespace == true { text = text.dropLast() }
        return String(text)
    }
}
