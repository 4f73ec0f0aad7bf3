// SPDX-License-Identifier: GPL-3.0-or-later
import ArgumentParser
import Glibc
import REPL
import Session

/// The program.
@main
struct Main {
    static func main() {
        let command: Command
        let foreign: ForeignOptions
        do {
            let words = startupWords(Array(CommandLine.arguments.dropFirst())) { name in
                getenv(name).map { String(cString: $0) }
            }
            foreign = try ForeignOptions(separateJoinedOptions(words), valued: takesValue)
            command = try Command.parse(foreign.words)
        } catch let error as SessionError {
            writeError("ERROR: \(error.message)\nTry 'swtap --help' for more information.\n")
            exit(1)
        } catch {
            let text = Command.fullMessage(for: error)
            if Command.exitCode(for: error).isSuccess {
                print(text)
                exit(0)
            }
            writeError(text.isEmpty ? "" : text + "\n")
            exit(1)
        }
        if command.version {
            print("swtap \(swtapVersion): SystemTap's language as eBPF (speaks version 5.6)")
            print("Licence GPLv3+: GNU GPL version 3 or later. There is NO WARRANTY, to the extent permitted by law.")
            exit(0)
        }
        do {
            let options = try command.sessionOptions()
            if options.verbosity > 0 { for note in foreign.notes { writeError("\(note)\n") } }
            guard options.mode == .prompt else { exit(runSession(options)) }
            var script: String?
            if case .file(let path)? = options.script { script = path }
            let words = foreign.words.filter { $0 != "-i" && $0 != "--interactive" && $0 != script }
            exit(runPrompt(options, words: words, script: script))
        } catch {
            writeError("ERROR: \(error.message)\nTry 'swtap --help' for more information.\n")
            exit(1)
        }
    }
}
