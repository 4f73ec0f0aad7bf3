// SPDX-License-Identifier: GPL-3.0-or-later
import Syntax

/// `ctime` and its local twin.
extension Evaluator {
    /// `Wed Jun 30 21:49:08 1993` for seconds since 1970, with a blank and a zone's name where one is given.
    func ctime(_ seconds: Int64, zone: ByteString?) -> BuiltinResult {
        if seconds > Int64(Int32.max) {
            return .failed(.message("Time too far in the future to be converted"))
        }
        if seconds < Int64(Int32.min) {
            return .failed(.message("Time too far in the past to be converted"))
        }
        let date = CalendarDate(seconds: seconds)
        return text { writer in
            writer.append(Array(CalendarDate.weekdays[date.weekday].utf8))
            writer.append(UInt8(ascii: " "))
            writer.append(Array(CalendarDate.months[date.month - 1].utf8))
            writer.append(UInt8(ascii: " "))
            Self.append(date.day, width: 2, padding: UInt8(ascii: " "), &writer)
            for (separator, number) in [(" ", date.hour), (":", date.minute), (":", date.second)] {
                writer.append(Array(separator.utf8))
                Self.append(number, width: 2, padding: UInt8(ascii: "0"), &writer)
            }
            writer.append(UInt8(ascii: " "))
            Self.append(date.year, width: 4, padding: UInt8(ascii: "0"), &writer)
            if let zone {
                writer.append(UInt8(ascii: " "))
                writer.append(zone.bytes)
            }
        }
    }

    private static func append(_ number: Int, width: Int, padding: UInt8, _ writer: inout TextWriter) {
        let digits = Array(String(number).utf8)
        writer.fill(padding, width - digits.count)
        writer.append(digits)
    }
}

/// A moment in the Gregorian calendar, in UTC.
struct CalendarDate {
    static let weekdays = ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"]
    static let months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]

    let year: Int
    /// From 1.
    let month: Int
    let day: Int
    let hour: Int
    let minute: Int
    let second: Int
    /// 0 is Sunday.
    let weekday: Int

    init(seconds: Int64) {
        let days = Int(seconds >= 0 ? seconds / 86400 : (seconds - 86399) / 86400)
        let rest = Int(seconds) - days * 86400
        (hour, minute, second) = (rest / 3600, rest / 60 % 60, rest % 60)
        // 1970-01-01 was a Thursday.
        weekday = ((days + 4) % 7 + 7) % 7
        // Years that start in March put the leap day last; 400 of them are one era of 146097 days.
        let shifted = days + 719_468
        let era = (shifted >= 0 ? shifted : shifted - 146_096) / 146_097
        let dayOfEra = shifted - era * 146_097
        let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let march = (5 * dayOfYear + 2) / 153
        day = dayOfYear - (153 * march + 2) / 5 + 1
        month = march < 10 ? march + 3 : march - 9
        year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0)
    }
}
