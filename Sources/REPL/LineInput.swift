// SPDX-License-Identifier: GPL-3.0-or-later
import CReadline
import CSystem
import Glibc
import Session

/// What comes from where somebody types.
enum InputEvent: Equatable {
    /// A line, or many that were pasted at once; without the last newline.
    case text(String)
    /// Ctrl-D, or the end of a file.
    case end
}

/// Where lines come from, and how what is shown gets past a line that is being typed.
protocol LineInput: AnyObject {
    /// Whether somebody sees prompts and answers questions.
    var isTerminal: Bool { get }
    /// Begins to read a line; an answer is none for the history.
    func begin(prompt: String, isAnswer: Bool)
    /// Stops reading, so that others have the terminal.
    func end()
    /// Takes what is there.
    func read() -> [InputEvent]
    /// Hides the line that is being typed, and shows it again.
    func hide()
    func restore()
    /// Forgets the line that is being typed and stops reading; whether there was anything.
    func discard() -> Bool
}

/// A terminal, with readline. There is one for a process.
final class ReadlineInput: LineInput {
    let isTerminal = true
    private let historyPath: String?
    private static let historyLimit = 2000
    private let completer: Completer?
    private var isAnswer = false

    /// Takes the terminal; the history is that of the file at a path.
    init(historyPath: String?, completer: Completer?) {
        self.historyPath = historyPath
        self.completer = completer
        let isDumb = getenv("TERM").map { String(cString: $0) == "dumb" } ?? true
        swtap_prompt_prepare(isDumb ? 1 : 0)
        if let historyPath { swtap_history_load(historyPath, Int32(Self.historyLimit)) }
        guard let completer else { return }
        swtap_prompt_completer(
            { context, line, start, end, append, wantsFiles in
                guard let context, let line, let append, let wantsFiles else { return nil }
                let completer = Unmanaged<Completer>.fromOpaque(context).takeUnretainedValue()
                let bytes = UnsafeRawBufferPointer(start: line, count: strlen(line))
                return completer.answer(Array(bytes), Int(start), Int(end), append, wantsFiles)
            }, Unmanaged.passUnretained(completer).toOpaque())
    }

    func begin(prompt: String, isAnswer: Bool) {
        self.isAnswer = isAnswer
        swtap_prompt_begin(prompt)
    }

    func end() { swtap_prompt_end() }

    func read() -> [InputEvent] {
        var line: UnsafeMutablePointer<CChar>?
        switch swtap_prompt_key(&line) {
        case 1:
            guard let line else { return [] }
            defer { free(line) }
            let text = String(cString: line)
            if !isAnswer {
                // A pasted text is one entry for each of its lines, as its file has it.
                for part in text.split(separator: "\n") where !part.allSatisfy(\.isWhitespace) {
                    swtap_history_add(String(part))
                }
            }
            return [.text(text)]
        case 2: return [.end]
        default: return []
        }
    }

    func hide() { swtap_prompt_hide() }

    func restore() { swtap_prompt_restore() }

    func discard() -> Bool { swtap_prompt_discard() != 0 }

    func resize() { swtap_prompt_resize() }

    /// Stops the process as Ctrl-Z asks, and goes on with the terminal as it was.
    func suspend() {
        swtap_prompt_suspend()
        kill(getpid(), SIGSTOP)
        swtap_prompt_resume()
    }

    /// Saves the history; nothing when there is no place for it.
    func saveHistory() {
        guard let historyPath else { return }
        let directory = historyPath.split(separator: "/").dropLast()
        var path = ""
        for part in directory {
            path += "/" + part
            mkdir(path, 0o700)
        }
        // What was typed may tell more than others should know.
        let mask = umask(0o077)
        _ = swtap_history_save(historyPath)
        umask(mask)
    }

    /// `swtap/history` in the user's directory for state; nil without a home.
    static func defaultHistoryPath(_ environment: (String) -> String?) -> String? {
        if let state = environment("XDG_STATE_HOME"), state.hasPrefix("/") { return state + "/swtap/history" }
        guard let home = environment("HOME"), home.hasPrefix("/") else { return nil }
        return home + "/.local/state/swtap/history"
    }
}

/// A file or pipe: nobody sees a prompt.
final class PlainInput: LineInput {
    let isTerminal = false
    private var rest: [UInt8] = []

    func begin(prompt: String, isAnswer: Bool) {}
    func end() {}
    func hide() {}
    func restore() {}
    func discard() -> Bool { false }

    func read() -> [InputEvent] {
        var chunk = [UInt8](repeating: 0, count: 65536)
        let count = Glibc.read(STDIN_FILENO, &chunk, chunk.count)
        if count < 0, swtap_errno() == EINTR || swtap_errno() == EAGAIN { return [] }
        guard count > 0 else {
            defer { rest = [] }
            return (rest.isEmpty ? [] : [.text(String(decoding: rest, as: UTF8.self))]) + [.end]
        }
        rest += chunk[..<count]
        guard let last = rest.lastIndex(of: UInt8(ascii: "\n")) else { return [] }
        defer { rest.removeSubrange(...last) }
        return [.text(String(decoding: rest[..<last], as: UTF8.self))]
    }
}
