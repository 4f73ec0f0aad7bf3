// SPDX-License-Identifier: GPL-3.0-or-later
import Syntax

/// What the Evaluator asks of the session that it runs in.
public protocol EvaluationHost: AnyObject {
    /// Reads memory of the kernel, or of swtap's own process where `isUser`, for handlers of user-space events;
    /// false when it faults or the session cannot.
    func readMemory(at address: UInt64, into buffer: UnsafeMutableRawBufferPointer, isUser: Bool) -> Bool
    /// Reads memory of another process, for handlers that run after their event; false when it faults, when the process
    /// is gone, or when the session cannot.
    func readMemory(ofProcess process: Int32, at address: UInt64, into buffer: UnsafeMutableRawBufferPointer) -> Bool
    /// The address of swtap's own `struct task_struct`; 0 when the session cannot tell.
    func currentTask() -> UInt64
    /// The address of the `struct pid_namespace` or `struct user_namespace` that the script's ids are told in; 0 when the
    /// session cannot tell.
    func namespace(ofUsers: Bool) -> UInt64
    /// The symbol that a code address of the kernel belongs to; nil when nobody knows.
    func kernelSymbol(at address: UInt64) -> CodeSymbol?
    /// The address of a function or variable of the kernel; 0 when nobody knows.
    func kernelAddress(of name: String) -> UInt64
    /// The symbol, or at least the file, that an address of a process belongs to; nil when nobody knows.
    func processSymbol(_ process: Int32, at address: UInt64) -> CodeSymbol?
    /// Starts a shell command without waiting for it (`system()`), after the handler.
    func startCommand(_ command: ByteString)
    /// Writes to the kernel's trace buffer (`ftrace()`).
    func trace(_ text: ByteString)
    /// The kernel's ticks (`jiffies()`); nil when the session cannot tell.
    func jiffies() -> Int64?
    /// The processor's cycle counter; 0 where there is none that programs can read.
    func cycles() -> Int64
    /// Writes a line to the kernel's log (`printk()`), 0 the most and 7 the least severe; nil, or the errno.
    func writeKernelLog(level: Int, _ text: ByteString) -> Int32?
    /// Stops the machine (`panic()`); returns only with an errno.
    func panic(_ text: ByteString) -> Int32
    /// Sends a signal to a thread (`raise()`); nil, or the errno.
    func signal(process: Int32, thread: Int32, _ number: Int32) -> Int32?
}

extension EvaluationHost {
    /// A session that reads no process.
    public func readMemory(
        ofProcess process: Int32, at address: UInt64, into buffer: UnsafeMutableRawBufferPointer
    ) -> Bool { false }
}
