// SPDX-License-Identifier: GPL-3.0-or-later
import Syntax

/// What the Evaluator asks of the session that it runs in.
public protocol EvaluationHost: AnyObject {
    /// Reads memory of the kernel, or of swtap's own process where `isUser`, for handlers of user-space events;
    /// false when it faults or the session cannot.
    func readMemory(at address: UInt64, into buffer: UnsafeMutableRawBufferPointer, isUser: Bool) -> Bool
    /// The address of swtap's own `struct task_struct`; 0 when the session cannot tell.
    func currentTask() -> UInt64
    /// Starts a shell command without waiting for it (`system()`), after the handler.
    func startCommand(_ command: ByteString)
    /// Writes to the kernel's trace buffer (`ftrace()`).
    func trace(_ text: ByteString)
}
