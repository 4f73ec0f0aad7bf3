// SPDX-License-Identifier: GPL-3.0-or-later

/// Runs one session; returns swtap's exit status.
public func runSession(_ options: SessionOptions) -> Int32 {
    print(options)
    return 0
}
