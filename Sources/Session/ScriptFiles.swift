// SPDX-License-Identifier: GPL-3.0-or-later
import CSystem
import Glibc
import IR
import Semantics

/// The files of `procfs` probes: FIFOs in a directory of the session, served one process at a time and without ever
/// waiting for one.
final class ScriptFiles {
    /// The session's directory.
    let directory: String
    /// What was made, in order.
    private var made: [String] = []
    private var lock: Int32 = -1

    /// Makes the session's directory; fails when another session uses the name.
    init(name: String) throws(SessionError) {
        let base = try ScriptFiles.base()
        directory = base + "/" + name
        try ScriptFiles.makeDirectory(directory)
        lock = open(directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard lock >= 0, flock(lock, LOCK_EX | LOCK_NB) == 0 else {
            throw SessionError("the directory '\(directory)' is in use by another session; choose a name with -m")
        }
        note(directory)
    }

    /// Makes a FIFO and returns the descriptor that delivers the processes that open it.
    func serve(_ event: ProcfsEvent, isBoth: Bool) throws(SessionError) -> (descriptor: Int32, path: String) {
        // Readers and writers of one FIFO would find each other.
        let name = event.path + (isBoth && !event.isRead ? ".write" : "")
        var parent = directory
        for part in name.split(separator: "/").dropLast() {
            parent += "/" + part
            if mkdir(parent, 0o700) == 0 { note(parent) }
            if event.umask != nil { chmod(parent, 0o711) }
        }
        if event.umask != nil { chmod(directory, 0o711) }
        let path = directory + "/" + name
        unlink(path)
        // The owner's own rights are swtap's, which must open it from the other side.
        let others: UInt32 = event.isRead ? 0o444 : 0o222
        let mode = 0o600 | others & ~UInt32(event.umask ?? 0o077)
        var descriptor: Int32 = -1
        let result = swtap_fifo_start(path, path + ".new", event.isRead ? 1 : 0, mode, &descriptor)
        guard result == 0 else { throw SessionError("cannot make '\(path)': \(errorText(-result))") }
        note(path)
        return (descriptor, path)
    }

    private func note(_ path: String) {
        made.append(path)
        _ = swtap_remove_at_death(path)
    }

    /// Removes all that was made.
    func remove() {
        for path in made.reversed() where unlink(path) != 0 { rmdir(path) }
        made = []
        if lock >= 0 { close(lock) }
        lock = -1
    }

    deinit { remove() }

    /// `$XDG_RUNTIME_DIR/swtap`, else `/run/swtap` for root, else `/tmp/swtap-UID`.
    private static func base() throws(SessionError) -> String {
        let runtime = getenv("XDG_RUNTIME_DIR").map { String(cString: $0) } ?? ""
        let path: String
        if runtime.hasPrefix("/"), access(runtime, W_OK) == 0 {
            path = runtime + "/swtap"
        } else if access("/run", W_OK) == 0 {
            path = "/run/swtap"
        } else {
            path = "/tmp/swtap-\(getuid())"
        }
        try makeDirectory(path)
        if path == "/run/swtap" { chmod(path, 0o711) }
        return path
    }

    /// Makes a directory that only this user can write to, or checks that it is one.
    private static func makeDirectory(_ path: String) throws(SessionError) {
        if mkdir(path, 0o700) == 0 { return }
        let reason = swtap_errno()
        var information = stat()
        guard reason == EEXIST, lstat(path, &information) == 0, information.st_mode & S_IFMT == S_IFDIR else {
            throw SessionError("cannot make the directory '\(path)': \(errorText(reason))")
        }
        guard information.st_uid == geteuid(), information.st_mode & 0o022 == 0 else {
            throw SessionError(
                "the directory '\(path)' is not safe: it belongs to, or can be written by, somebody else")
        }
    }

    /// The name of the session's directory: that of `-m`, else the pid.
    static func sessionName(_ module: String?) -> String { module ?? String(getpid()) }
}

/// A process that reads one of the files and has not been given everything.
struct PendingReader {
    var bytes: [UInt8]

    /// Writes what fits; true when all is written or nobody reads any more.
    mutating func write(to descriptor: Int32) -> Bool {
        while !bytes.isEmpty {
            let count = bytes.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
            if count > 0 {
                bytes.removeFirst(count)
            } else if count < 0, swtap_errno() == EINTR {
                continue
            } else {
                return !(count < 0 && swtap_errno() == EAGAIN)
            }
        }
        return true
    }
}
