// SPDX-License-Identifier: GPL-3.0-or-later
import CSystem
import Glibc
import Session

/// Runs the prompt until the user leaves; returns swtap's exit status. `words` are the options of the command line, for scripts
/// that `run` starts, and `script` is loaded before.
public func runPrompt(_ options: SessionOptions, words: [String], script: String? = nil) -> Int32 {
    signal(SIGPIPE, SIG_IGN)
    do {
        let repl = try Repl(options, words: words)
        if let script { repl.execute(.load, script) }
        return repl.run()
    } catch let error as SessionError {
        writeError("ERROR: \(error.message)\n")
    } catch {
        writeError("ERROR: \(error)\n")
    }
    return 1
}

/// The prompt: one loop for what is typed, what runs and signals.
final class Repl {
    /// A question that waits for an answer, and what to do with it.
    struct Question {
        var text: String
        var answer: (String) -> Void
    }

    static let prompt = "swtap> "
    static let continuation = "swtap>>> "

    let loop = EventLoop()
    let words: [String]
    let output: PromptOutput
    let input: any LineInput
    let completer: Completer
    private(set) var session: LiveSession!
    var buffer = ScriptBuffer()
    var options = ScriptOptions()
    /// The process that has the terminal, and what to do when it has ended.
    private var child: (pid: Int32, whenDone: (Int32) -> Void)?
    private var question: Question?
    private var splitter = InputSplitter { _ in false }
    private let signals: SignalSource
    private var isReading = false
    private var isDone = false

    init(_ options: SessionOptions, words: [String]) throws {
        self.words = words
        signals = SignalSource(further: [SIGWINCH, SIGTSTP])
        completer = Completer()
        let environment = { (name: String) in getenv(name).map { String(cString: $0) } }
        let isTerminal = isatty(STDIN_FILENO) == 1
        input =
            isTerminal
            ? ReadlineInput(historyPath: ReadlineInput.defaultHistoryPath(environment), completer: completer)
            : PlainInput()
        output = PromptOutput(isTerminal: isTerminal)
        let output = output
        session = try LiveSession(
            options, loop: loop,
            terminal: LiveOutput(write: { output.add($0) }, say: { output.say($0) }))
        let session = session!
        splitter = InputSplitter { session.globalNames.contains($0) }
        completer.session = session
        completer.scriptOptions = ScriptOptions.names
    }

    // MARK: - The loop

    func run() -> Int32 {
        loop.watch(signals.descriptor) { [unowned self] in handleSignals() }
        if input.isTerminal {
            say("Type probes, functions, expressions; they run at once. Ctrl-C stops what runs, Ctrl-D leaves.\n")
            say(Self.examples)
        }
        if let restriction = LiveSession.restriction {
            say(
                "Probes of the kernel and of processes cannot be attached here; begin, end, timer and expressions can.\n"
            )
            say("  \(restriction)\n")
        }
        begin()
        while !isDone {
            // A file is always readable, which no loop tells.
            loop.runOnce(milliseconds: isPlainFile && isReading ? 0 : -1)
            if isPlainFile, isReading { take() }
            session.poll()
            if session.wantsToQuit { isDone = true }
            flush()
        }
        leave()
        return output.hasFailed ? 1 : 0
    }

    private var isPlainFile = false

    /// Shows the prompt and reads on, unless something else has the terminal.
    private func begin() {
        guard !isReading, child == nil, !isDone else { return }
        output.endLine()
        let text = question?.text ?? (splitter.isOpen ? Self.continuation : Self.prompt)
        completer.context = splitter.pending
        isReading = true
        input.begin(prompt: text, isAnswer: question != nil)
        isPlainFile = !loop.watch(STDIN_FILENO) { [unowned self] in take() }
    }

    /// Stops reading.
    private func pause() {
        guard isReading else { return }
        isReading = false
        loop.unwatch(STDIN_FILENO)
    }

    private func take() {
        for event in input.read() {
            if input.isTerminal { pause() }
            switch event {
            case .text(let text): handle(text)
            case .end: handleEnd()
            }
            if isDone { break }
        }
        begin()
    }

    /// Writes what has come, above the line that is being typed.
    private func flush() {
        guard output.hasPending else { return }
        guard isReading, input.isTerminal else { return output.flush() }
        input.hide()
        output.flush()
        output.endLine()
        input.restore()
    }

    private func leave() {
        if isReading {
            input.end()
            pause()
        }
        session.stopAll()
        output.flush()
        (input as? ReadlineInput)?.saveHistory()
    }

    // MARK: - What is typed

    private func handle(_ text: String) {
        if let question {
            self.question = nil
            return question.answer(text)
        }
        if !splitter.isOpen, input.isTerminal, text.allSatisfy(\.isWhitespace) { return say(Self.examples) }
        // An empty line ends what cannot be completed.
        if splitter.isOpen, input.isTerminal, text.isEmpty, !splitter.isInside {
            if let unit = splitter.unit(of: splitter.takePending()) { execute([unit]) }
            return
        }
        execute(splitter.add(text))
    }

    private func handleEnd() {
        if question != nil || !input.isTerminal {
            let rest = splitter.takePending()
            if let unit = splitter.unit(of: rest) { execute([unit]) }
            isDone = true
            return
        }
        if splitter.isOpen {
            _ = splitter.takePending()
            return
        }
        ask("Quit? ") { [unowned self] answer in if Self.isYes(answer) { isDone = true } }
    }

    /// Does what was typed; declarations that follow each other belong together.
    private func execute(_ units: [InputSplitter.Unit]) {
        var declarations: [String] = []
        func define() {
            if !declarations.isEmpty { session.define(declarations) }
            declarations = []
        }
        for unit in units where !isDone {
            switch unit {
            case .declaration(let text): declarations.append(text)
            case .statement(let text):
                define()
                session.evaluate(text)
                if session.wantsToQuit { isDone = true }
            case .command(let command, let rest):
                define()
                execute(command, rest)
            }
            if !input.isTerminal { output.flush() }
        }
        define()
    }

    // MARK: - For commands

    /// Says something to whoever types.
    func say(_ text: String) { output.say(text) }

    /// Asks something; the next line is the answer. Nobody is asked where nobody sees the question: the answer is no.
    func ask(_ text: String, _ answer: @escaping (String) -> Void) {
        guard input.isTerminal else { return answer("") }
        question = Question(text: text, answer: answer)
    }

    /// Whether an answer is yes; nothing is no.
    static func isYes(_ answer: String) -> Bool {
        ["y", "yes"].contains(answer.lowercased().filter { !$0.isWhitespace })
    }

    static let examples = "Example commands: 'sample', 'add', 'run', 'help'\n"

    /// Leaves.
    func quit() { isDone = true }

    /// Hands the terminal over to a program; `whenDone` gets its exit status.
    func start(_ words: [String], whenDone: @escaping (Int32) -> Void) {
        output.flush()
        do throws(SessionError) {
            child = (try Child(words).pid, whenDone)
        } catch {
            say("ERROR: \(error.message)\n")
            return whenDone(127)
        }
        guard !input.isTerminal else { return }
        // What follows in the file waits for it; what runs goes on.
        pause()
        while child != nil {
            loop.runOnce(milliseconds: -1)
            session.poll()
            output.flush()
        }
    }

    /// Runs a program and waits for it.
    func runAndWait(_ words: [String]) {
        output.flush()
        do throws(SessionError) {
            let child = try Child(words)
            var status: Int32 = 0
            while waitpid(child.pid, &status, 0) < 0, swtap_errno() == EINTR {}
        } catch {
            say("ERROR: \(error.message)\n")
        }
    }

    // MARK: - Signals

    private func handleSignals() {
        while let signal = signals.next() {
            switch signal {
            case SIGINT: interrupt()
            case SIGCHLD: reapChildren()
            case SIGWINCH: if isReading { (input as? ReadlineInput)?.resize() }
            case SIGTSTP: if isReading { (input as? ReadlineInput)?.suspend() }
            case SIGTERM, SIGHUP:
                if let child { kill(child.pid, signal) }
                isDone = true
            default: break
            }
        }
    }

    private func interrupt() {
        if let child {
            // On a terminal it has got the signal itself.
            if !input.isTerminal { kill(child.pid, SIGINT) }
            return
        }
        guard input.isTerminal else {
            isDone = true
            return
        }
        guard isReading else { return }
        pause()
        let hadText = input.discard()
        let hadMore = !splitter.takePending().isEmpty || question != nil
        question = nil
        if !hadText, !hadMore {
            if session.isRunning {
                session.stopAll()
            } else {
                say("Nothing runs. Ctrl-D leaves.\n")
            }
        }
        begin()
    }

    private func reapChildren() {
        var status: Int32 = 0
        while true {
            let pid = waitpid(-1, &status, WNOHANG)
            guard pid > 0 else { return }
            guard let child, child.pid == pid else { continue }
            self.child = nil
            child.whenDone(swtap_exit_status(status))
            begin()
        }
    }
}
