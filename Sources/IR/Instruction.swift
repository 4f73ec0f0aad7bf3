// SPDX-License-Identifier: GPL-3.0-or-later

/// One three-address instruction, fixed in size. What `dst`, `a` and `b` are is said at each operation:
/// `ri` an integer register, `rs` a string register, `#` an index into a table of the program.
public struct Instruction: Sendable, Hashable {
    /// The operation.
    public var op: Operation
    /// Whether it is evaluated when the probed function was entered (`@entry`), and handed to the return.
    public var atEntry: Bool
    /// The destination, or as the operation says.
    public var dst: Int32
    /// The first operand.
    public var a: Int32
    /// The second operand.
    public var b: Int32
    /// The place in the source, an index into `IRProgram.sites`.
    public var site: Int32

    /// Creates an instruction.
    public init(
        _ op: Operation, dst: Int32 = 0, a: Int32 = 0, b: Int32 = 0, site: Int32 = 0, atEntry: Bool = false
    ) {
        self.op = op
        self.atEntry = atEntry
        self.dst = dst
        self.a = a
        self.b = b
        self.site = site
    }
}

/// The operations of the IR: what each means is decided here and nowhere else. Arithmetic wraps modulo 2^64.
/// Strings are cut to MAXSTRINGLEN-1 bytes and at the first NUL by every operation that makes one.
public enum Operation: UInt8, Sendable, Hashable, CaseIterable {
    // Constants and moves.
    /// ri dst = integers[#a].
    case integerConstant
    /// rs dst = strings[#a].
    case stringConstant
    /// ri dst = ri a.
    case integerMove
    /// rs dst = rs a.
    case stringMove

    // Integers: ri dst = ri a OP ri b.
    case add, subtract, multiply
    /// Truncates toward zero; b = 0 is the error `division by 0`; INT64_MIN / -1 is INT64_MIN.
    case divide
    /// The sign of a; b = 0 is the error `division by 0`; INT64_MIN % -1 is 0.
    case modulo
    case and, or, xor
    /// Counts are masked to 0…63.
    case shiftLeft, shiftRight, shiftRightLogical
    case equal, notEqual, less, lessEqual, greater, greaterEqual
    // ri dst = OP ri a.
    case negate, complement
    /// 1 when ri a is 0, else 0.
    case logicalNot
    /// ri dst = ri a truncated to b & 15 bytes (1, 2, 4, 8) and extended; b & 16 means sign-extended.
    case extend

    // Strings.
    /// rs dst = rs a . rs b.
    case concatenate
    /// ri dst = rs a OP rs b, unsigned bytes.
    case stringEqual, stringNotEqual, stringLess, stringLessEqual, stringGreater, stringGreaterEqual
    /// ri dst = 1 when regexes[#b] matches somewhere in rs a, else 0. Where the program `notesMatches`, it is what
    /// `matched()`, `matched_str()` and `ngroups()` of the handler tell about until the next one.
    case regexMatch

    // Terminators.
    /// To block #a.
    case jump
    /// To block #a when ri dst is not 0, else to block #b.
    case branch
    /// Leaves a function with ri a, rs a, or nothing; leaves a handler.
    case returnInteger, returnString, returnVoid
    /// Leaves a function and tries its next overload with the original arguments; without one it is the
    /// error `all functions exhausted`.
    case nextOverload

    // Globals. `a` or `dst` name the global by #.
    /// ri dst = global #a.
    case loadInteger
    /// rs dst = global #a.
    case loadString
    /// global #dst = ri a.
    case storeInteger
    /// global #dst = rs a.
    case storeString
    /// ri dst = global #a before, then global #a += ri b.
    case fetchAdd
    /// Empties or resets global #a.
    case deleteGlobal

    // Arrays: #a the global, #b the operand list of its keys.
    /// ri dst = element, 0 when absent.
    case elementLoadInteger
    /// rs dst = element, "" when absent.
    case elementLoadString
    /// element = ri dst. A full array is the error `Array overflow, check …`.
    case elementStoreInteger
    /// element = rs dst.
    case elementStoreString
    /// ri dst = the element before (0 when absent), then element += ri dst as it was on entry.
    case elementFetchAdd
    /// ri dst = 1 when an element with the keys exists; wildcards match all.
    case elementExists
    /// Deletes the element, or all that match the wildcards.
    case elementDelete
    /// Starts iteration #a of `iterations`: sorts, evaluates slice and limit.
    case iterationBegin
    /// Terminator: sets key and value registers of iteration #dst and goes to block #a, or to block #b at the end.
    case iterationNext
    /// Ends iteration #a, on every way out of the loop but `return` and errors, which end all of the unit's.
    case iterationEnd

    // Statistics: `x` is global #a, or its element with the keys of the operand list #b where it is an array.
    /// x <<< ri dst; creates the element. A full array is the error `Array overflow, check …`.
    case aggregateAdd
    /// ri dst = aggregates[#a], keys #b. Without values count and sum are 0, and the others the error `empty aggregate`.
    case aggregateLoad
    /// ri dst = how many values of x are in a bucket; the list #b ends with the bucket's index. Without values it is the
    /// error `empty aggregate`, outside the histogram `histogram index out of range`.
    case histogramBucket
    /// Prints the histogram of x. Without values it is the error `empty aggregate`.
    case histogramPrint
    /// rs dst = the text that `histogramPrint` prints.
    case histogramFormat

    // Calls: #a the function or builtin, #b the operand list of the arguments.
    /// ri or rs dst by the function's result type; nothing for unknown.
    case call
    /// ri or rs dst by the builtin's result type; #a is its raw value.
    case builtin

    // Output: #a the format, #b the operand list.
    case print
    /// rs dst = the text.
    case format

    // The kernel's side of an event. Captured handlers have none of these left but `slot…`.
    /// ri dst = the event's argument #a, from 0, as the register or stack holds it (extend it after).
    case argument
    /// ri dst = the probed function's return value register.
    case returnValue
    /// ri dst = memory at address ri a by accesses[#b]; a fault is the error `read fault [man error::fault] at 0xADDR`.
    case readMemory
    /// ri dst = 1 when `readMemory` with the same operands would not fault.
    case canReadMemory
    /// ri dst = 1 when the string builtin #a with operand list #b would not fault.
    case canReadString
    /// ri dst = integer slot #a of the record; raises the slot's fault, as the error of the operation it came from.
    case slotInteger
    /// rs dst = string slot #a of the record; raises the slot's fault.
    case slotString
    /// ri dst = 1 when slot #a holds a value and no fault.
    case slotReadable

    // Control.
    /// rs dst = the message of the error that led here; only as the first instruction of a block that is the
    /// `handler` of others.
    case caughtError
    /// Counts #a statements against MAXACTION; beyond it is the uncatchable error `MAXACTION exceeded`.
    case action

    /// Whether it ends a block.
    public var isTerminator: Bool {
        switch self {
        case .jump, .branch, .returnInteger, .returnString, .returnVoid, .nextOverload, .iterationNext: true
        default: false
        }
    }
}
