// SPDX-License-Identifier: GPL-3.0-or-later
//
// The fuzzer: `make fuzz`. The parent starts a child that makes inputs and runs them; before each one the child writes
// it into a file that both have mapped, so that a trap, a time-out or a lack of memory has its input. The parent keeps
// that and goes on behind it.
//
//   Fuzz SECONDS SEED DIRECTORY [FIRST]     the parent
//   Fuzz --child UNTIL SEED FILE FIRST      the child
//   Fuzz --show SEED NUMBER                 prints an input
//   Fuzz --replay FILE...                   runs inputs of former findings
import Glibc

/// Number and length of the input that is running, then its bytes.
struct SharedInput {
    static let size = 1 << 20
    let base: UnsafeMutableRawPointer

    init?(_ path: String) {
        let file = open(path, O_RDWR | O_CREAT, 0o600)
        guard file >= 0, ftruncate(file, off_t(Self.size)) == 0 else { return nil }
        defer { close(file) }
        guard let memory = mmap(nil, Self.size, PROT_READ | PROT_WRITE, MAP_SHARED, file, 0), memory != MAP_FAILED
        else { return nil }
        base = memory
    }

    var number: Int { base.load(as: Int.self) }
    var bytes: [UInt8] {
        Array(UnsafeRawBufferPointer(start: base + 16, count: base.load(fromByteOffset: 8, as: Int.self)))
    }

    func set(_ number: Int, _ bytes: [UInt8]) {
        base.storeBytes(of: number, as: Int.self)
        base.storeBytes(of: bytes.count, toByteOffset: 8, as: Int.self)
        (base + 16).copyMemory(from: bytes, byteCount: min(bytes.count, Self.size - 16))
    }
}

func fail(_ text: String) -> Never {
    let line = "fuzz: \(text)\n"
    write(2, line, line.utf8.count)
    exit(2)
}

func contents(of path: String) -> [UInt8]? {
    guard let file = fopen(path, "r") else { return nil }
    defer { fclose(file) }
    var bytes = [UInt8](repeating: 0, count: 1 << 19)
    let count = fread(&bytes, 1, bytes.count, file)
    return Array(bytes.prefix(count))
}

/// The scripts of the repository.
func scripts(below directory: String) -> [String] {
    guard let stream = opendir(directory) else { return [] }
    defer { closedir(stream) }
    var found: [String] = []
    while let entry = readdir(stream) {
        let name = withUnsafePointer(to: &entry.pointee.d_name) {
            $0.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
        }
        guard !name.hasPrefix(".") else { continue }
        let path = "\(directory)/\(name)"
        if entry.pointee.d_type == UInt8(DT_DIR) { found += scripts(below: path) }
        if name.hasSuffix(".stp") || name.hasSuffix(".stpm") { found.append(path) }
    }
    return found.sorted()
}

/// Makes inputs of the repository's scripts and grammar.
func maker() -> InputMaker {
    let root = #filePath.split(separator: "/", omittingEmptySubsequences: false).dropLast(3).joined(separator: "/")
    let seeds = ["examples", "tapsets", "Tests", "scripts"].flatMap { scripts(below: "\(root)/\($0)") }
        .compactMap(contents).filter { $0.count < 20000 }
    let grammar = contents(of: "\(root)/grammar/swtap.ebnf").map { Grammar(String(decoding: $0, as: UTF8.self)) }
    guard !seeds.isEmpty, grammar != nil else { fail("no scripts or no grammar in \(root)") }
    return InputMaker(seeds: seeds, grammar: grammar)
}

/// A hang ends with SIGPROF after so many seconds of processor time, or with SIGALRM when it waits; 0 ends the watch.
func watch(seconds: Int) {
    var timer = itimerval(it_interval: timeval(), it_value: timeval(tv_sec: seconds, tv_usec: 0))
    setitimer(__itimer_which_t(ITIMER_PROF.rawValue), &timer, nil)
    alarm(UInt32(seconds * 12))
}

func child(_ arguments: [String]) -> Never {
    guard arguments.count == 4, let end = Int(arguments[0]), let seed = UInt64(arguments[1]),
        let shared = SharedInput(arguments[2]), var number = Int(arguments[3])
    else { fail("child: bad arguments") }
    var memory = rlimit(rlim_cur: 1 << 30, rlim_max: 1 << 30)
    setrlimit(__rlimit_resource_t(RLIMIT_AS.rawValue), &memory)
    let maker = maker()
    var counts = ExerciseResult.allCases.map { _ in 0 }
    var (slowest, slowestNumber) = (0, 0)
    exercise(Array("probe begin { exit() }".utf8))
    // Not for ever, since what memory one input takes would be lost in what thousands of them leave in the heap.
    let last = number + 1000
    while time(nil) < end, number < last {
        let input = maker.input(seed: seed, number: number)
        shared.set(number, input)
        watch(seconds: 10)
        let start = clock()
        counts[exercise(input).rawValue] += 1
        let milliseconds = Int(clock() - start) / 1000
        if milliseconds > slowest { (slowest, slowestNumber) = (milliseconds, number) }
        number += 1
    }
    watch(seconds: 0)
    var usage = rusage()
    getrusage(__rusage_who_t(RUSAGE_SELF.rawValue), &usage)
    print("fuzz: " + zip(ExerciseResult.allCases, counts).map { "\($0): \($1)" }.joined(separator: ", "))
    print("fuzz: slowest input \(slowestNumber) with \(slowest) ms, at most \(usage.ru_maxrss / 1024) MB of memory")
    exit(0)
}

/// Prints an input and how far it comes.
func show(_ arguments: [String]) -> Never {
    guard arguments.count == 2, let seed = UInt64(arguments[0]), let number = Int(arguments[1]) else {
        fail("usage: Fuzz --show SEED NUMBER")
    }
    let input = maker().input(seed: seed, number: number)
    write(1, input, input.count)
    print("\n// \(exercise(input))")
    exit(0)
}

func replay(_ files: [String]) -> Never {
    for file in files {
        guard let bytes = contents(of: file) else { fail("cannot read \(file)") }
        print("\(file): \(exercise(bytes))")
    }
    exit(0)
}

/// Runs a child from an input on; its wait status.
func startChild(_ words: [String]) -> Int32 {
    var process: pid_t = 0
    let path = "/proc/self/exe"
    var arguments: [UnsafeMutablePointer<CChar>?] = ([path] + words).map { strdup($0) }
    arguments.append(nil)
    guard posix_spawn(&process, path, nil, nil, arguments, environ) == 0 else { fail("cannot start a child") }
    for argument in arguments { free(argument) }
    var status: Int32 = 0
    while waitpid(process, &status, 0) < 0 && errno == EINTR {}
    return status
}

func parent(_ arguments: [String]) -> Never {
    guard arguments.count >= 3, let seconds = Int(arguments[0]), let seed = UInt64(arguments[1]) else {
        fail("usage: Fuzz SECONDS SEED DIRECTORY [FIRST]")
    }
    let directory = arguments[2]
    mkdir(directory, 0o755)
    guard let shared = SharedInput("\(directory)/current") else { fail("cannot write in \(directory)") }
    let first = arguments.count > 3 ? Int(arguments[3]) ?? 0 : 0
    let end = time(nil) + seconds
    var number = first
    var findings = 0
    print("fuzz: FUZZ_SEED=\(seed) FUZZ_SECONDS=\(seconds)")
    while time(nil) < end {
        fflush(nil)
        let status = startChild(["--child", "\(end)", "\(seed)", "\(directory)/current", "\(number)"])
        if status == 0 {
            number = shared.number + 1
            continue
        }
        let signal = status & 0x7f
        if signal == 0 || signal == SIGINT || signal == SIGTERM { fail("the child ended with status \(status)") }
        findings += 1
        let file = "\(directory)/finding-\(seed)-\(shared.number).stp"
        if let output = fopen(file, "w") {
            let bytes = shared.bytes
            fwrite(bytes, 1, bytes.count, output)
            fclose(output)
        }
        let what = signal == SIGALRM || signal == SIGPROF ? "hangs" : "ends with signal \(signal)"
        print("fuzz: input \(shared.number) \(what): \(file)")
        print("fuzz: again with: make fuzz FUZZ_REPLAY=\(file)")
        number = shared.number + 1
    }
    print("fuzz: \(number - first) inputs, \(findings) findings")
    exit(findings == 0 ? 0 : 1)
}

let words = Array(CommandLine.arguments.dropFirst())
switch words.first {
case "--child": child(Array(words.dropFirst()))
case "--show": show(Array(words.dropFirst()))
case "--replay": replay(Array(words.dropFirst()))
default: parent(words)
}
