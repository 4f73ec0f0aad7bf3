// SPDX-License-Identifier: GPL-3.0-or-later
import CSystem
import Evaluator
import Glibc
import IR
import Kernel
import Syntax

/// What the Evaluator may ask of the outside world.
final class RunHost: EvaluationHost {
    private let runtime: CaptureRuntime?
    private lazy var reader: KernelMemoryReader? = try? KernelMemoryReader()
    private var children: [Int32] = []
    // Read at the first use, when the programs that are among the kernel's symbols have been attached.
    private lazy var kernelSymbols = KernelSymbols()
    private lazy var processSymbols = ProcessSymbols()

    private let namespaces: Namespaces
    private let catalog: LazyCatalog

    init(runtime: CaptureRuntime?, namespaces: Namespaces, catalog: LazyCatalog) {
        self.runtime = runtime
        self.namespaces = namespaces
        self.catalog = catalog
    }

    func readMemory(at address: UInt64, into buffer: UnsafeMutableRawBufferPointer, isUser: Bool) -> Bool {
        if isUser { return readOwnMemory(at: address, into: buffer) }
        return reader?.read(address: address, into: buffer) ?? false
    }

    func readMemory(ofProcess process: Int32, at address: UInt64, into buffer: UnsafeMutableRawBufferPointer) -> Bool {
        swtap_read_process_memory(process, address, buffer.baseAddress, buffer.count) == 0
    }

    func currentTask() -> UInt64 { reader?.currentTask() ?? 0 }

    func namespace(ofUsers: Bool) -> UInt64 {
        guard let catalog = catalog.catalog, let reader else { return 0 }
        return namespaces.address(ofUsers ? .users : .processes, catalog: catalog, reader: reader)
    }

    func kernelSymbol(at address: UInt64) -> CodeSymbol? { kernelSymbols.symbol(at: address).map(CodeSymbol.init) }

    func kernelAddress(of name: String) -> UInt64 { kernelSymbols.address(of: name) }

    func processSymbol(_ process: Int32, at address: UInt64) -> CodeSymbol? {
        processSymbols.symbol(process, at: address).map(CodeSymbol.init)
    }

    func startCommand(_ command: ByteString) {
        let pid = swtap_spawn_shell(command.description)
        if pid < 0 {
            writeError("WARNING: system(): cannot start a shell: \(errorText(-pid))\n")
        } else {
            children.append(pid)
        }
    }

    func trace(_ text: ByteString) {
        for directory in ["/sys/kernel/tracing", "/sys/kernel/debug/tracing"] {
            let descriptor = open("\(directory)/trace_marker", O_WRONLY | O_CLOEXEC)
            guard descriptor >= 0 else { continue }
            text.bytes.withUnsafeBytes { _ = writeAll(descriptor, $0) }
            close(descriptor)
            return
        }
    }

    func jiffies() -> Int64? { reader?.jiffies() }

    func cycles() -> Int64 { Int64(bitPattern: swtap_cycles()) }

    func writeKernelLog(level: Int, _ text: ByteString) -> Int32? {
        write("<\(level)>\(text)\n", to: "/dev/kmsg")
    }

    func panic(_ text: ByteString) -> Int32 {
        if let failure = writeKernelLog(level: 0, text) { return failure }
        return write("c", to: "/proc/sysrq-trigger") ?? EIO
    }

    func signal(process: Int32, thread: Int32, _ number: Int32) -> Int32? {
        let result = swtap_signal_thread(process, thread, number)
        return result == 0 ? nil : -result
    }

    private func write(_ text: String, to path: String) -> Int32? {
        let descriptor = open(path, O_WRONLY | O_CLOEXEC)
        guard descriptor >= 0 else { return swtap_errno() }
        defer { close(descriptor) }
        var text = text
        return text.withUTF8 { writeAll(descriptor, UnsafeRawBufferPointer($0)) }
    }

    /// Waits for the commands of `system()`, so that their output is complete when swtap ends.
    func finish() {
        var status: Int32 = 0
        for pid in children { waitpid(pid, &status, 0) }
    }

    /// A copy by the kernel, which fails where a load would end the process.
    private func readOwnMemory(at address: UInt64, into buffer: UnsafeMutableRawBufferPointer) -> Bool {
        swtap_read_process_memory(getpid(), address, buffer.baseAddress, buffer.count) == 0
    }
}

extension CodeSymbol {
    fileprivate init(_ found: FoundSymbol) {
        self.init(
            name: ByteString(found.name), offset: found.offset, size: found.size, module: ByteString(found.module))
    }
}
