// SPDX-License-Identifier: GPL-3.0-or-later
import Glibc

/// Reads a whole small file, of /proc and /sys too, where the size is not known before; nil when it cannot be read.
func readFile(_ path: String, in directory: Int32 = AT_FDCWD) -> [UInt8]? {
    let descriptor = openat(directory, path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { return nil }
    defer { close(descriptor) }
    var bytes: [UInt8] = []
    guard readChunks(descriptor, { bytes.append(contentsOf: $0) }) else { return nil }
    return bytes
}

/// Reads a whole small text file; nil when it cannot be read.
func readText(_ path: String, in directory: Int32 = AT_FDCWD) -> String? {
    readFile(path, in: directory).map { String(decoding: $0, as: UTF8.self) }
}

/// Hands the rest of a file to `body` in pieces; false when reading fails.
func readChunks(_ descriptor: Int32, _ body: (UnsafeRawBufferPointer) -> Void) -> Bool {
    let size = 1 << 16
    return withUnsafeTemporaryAllocation(byteCount: size, alignment: 8) { buffer in
        while true {
            let count = read(descriptor, buffer.baseAddress, size)
            if count == 0 { return true }
            if count < 0 {
                if errno == EINTR { continue }
                return false
            }
            body(UnsafeRawBufferPointer(rebasing: buffer[..<count]))
        }
    }
}

/// The names in a directory without `.` and `..`; empty when it cannot be read.
func directoryNames(_ path: String, in directory: Int32 = AT_FDCWD) -> [String] {
    let descriptor = openat(directory, path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
    guard descriptor >= 0 else { return [] }
    guard let stream = fdopendir(descriptor) else {
        close(descriptor)
        return []
    }
    defer { closedir(stream) }
    var names: [String] = []
    while let entry = readdir(stream) {
        let name = withUnsafePointer(to: &entry.pointee.d_name) { pointer in
            pointer.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
        }
        if name != "." && name != ".." { names.append(name) }
    }
    return names
}
