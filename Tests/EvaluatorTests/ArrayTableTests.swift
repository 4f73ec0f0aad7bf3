// SPDX-License-Identifier: GPL-3.0-or-later
import Testing

@testable import Evaluator

/// Arrays under random work, against an ordered list of pairs.
@Suite struct ArrayTableTests {
    private struct Pair: Equatable {
        var key: Int64
        var value: Int64
        var age: Int
    }

    /// Numbers that are the same in every run.
    private struct Numbers {
        var state: UInt64
        mutating func next(_ limit: Int) -> Int {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return Int(state >> 33) % limit
        }
    }

    private func contents(_ table: ArrayTable) -> [[Int64]] {
        (0..<table.used).filter { table.entries[$0].keyLength != ArrayEntry.dead }
            .map { [table.integerKey(0, at: $0), table.values[$0]] }
    }

    @Test(arguments: [(1, false), (2, true), (3, false), (4, true), (5, true)] as [(UInt64, Bool)])
    func integerKeysBehaveLikeAList(seed: UInt64, wraps: Bool) {
        let limit = 40
        var numbers = Numbers(state: seed)
        let table = UnsafeMutablePointer<ArrayTable>.allocate(capacity: 1)
        table.initialize(to: ArrayTable(keyKinds: [.long], hasStringValue: false, limit: limit, wraps: wraps))
        defer {
            table.pointee.deallocate()
            table.deinitialize(count: 1)
            table.deallocate()
        }
        var list: [Pair] = []
        for age in 0..<20000 {
            let key = Int64(numbers.next(80)) - 40
            let hash = ArrayTable.hash(of: key)
            switch numbers.next(20) {
            case 0..<12:
                var found = table.pointee.find(key, hash)
                #expect((found >= 0) == list.contains { $0.key == key })
                if found < 0 {
                    found = table.pointee.insert(key, hash)
                    if list.count == limit {
                        if wraps {
                            let oldest = list.indices.min { list[$0].age < list[$1].age }!
                            list.remove(at: oldest)
                        } else {
                            #expect(found == -1)
                        }
                    }
                    if list.count < limit { list.append(Pair(key: key, value: 0, age: age)) }
                }
                if found >= 0 {
                    table.pointee.values[found] = Int64(age)
                    list[list.firstIndex { $0.key == key }!].value = Int64(age)
                }
            case 12..<18:
                let found = table.pointee.find(key, hash)
                if found >= 0 { table.pointee.remove(at: found) }
                list.removeAll { $0.key == key }
            case 18:
                let leading = numbers.next(2) == 0 ? nil : 1 + numbers.next(30)
                let order = SortOrder(key: numbers.next(2) == 0 ? 0 : nil, isDescending: numbers.next(2) == 0)
                ArraySorter(table, order).sort(leading: leading)
                list = sorted(list, order, leading)
            default:
                if numbers.next(50) == 0 {
                    table.pointee.removeAll()
                    list = []
                }
            }
            #expect(table.pointee.live == list.count)
            if age % 50 == 0 { #expect(contents(table.pointee) == list.map { [$0.key, $0.value] }) }
        }
    }

    /// The list in order, or with only its first elements in place and the others as they stood.
    private func sorted(_ list: [Pair], _ order: SortOrder, _ leading: Int?) -> [Pair] {
        let whole = list.enumerated().sorted { left, right in
            let a = order.key == nil ? left.element.value : left.element.key
            let b = order.key == nil ? right.element.value : right.element.key
            if a != b { return order.isDescending ? a > b : a < b }
            return left.offset < right.offset
        }
        guard let leading, leading < list.count else { return whole.map(\.element) }
        let front = whole.prefix(leading)
        let places = Set(front.map(\.offset))
        return front.map(\.element) + list.enumerated().filter { !places.contains($0.offset) }.map(\.element)
    }

    @Test func stringsAsKeysAndValuesSurviveCompaction() {
        let script = """
            global names[100], texts[100]
            probe begin {
              for (round = 0; round < 40; round++) {
                for (i = 0; i < 60; i++) {
                  key = sprintf("key-%d-%s", i, i % 2 ? "" : "a longer name that does not fit sixteen bytes")
                  names[key, i] += i
                  texts[key] = texts[key] . sprintf("%d,", i)
                }
                for (i = round % 3; i < 60; i += 3) {
                  key = sprintf("key-%d-%s", i, i % 2 ? "" : "a longer name that does not fit sixteen bytes")
                  delete names[key, i]
                  delete texts[key]
                }
              }
              foreach ([key, i] in names) if (i < 6) printf("%s=%d ", key, names[key, i])
              foreach (key+ in texts limit 2) printf("%s:%s ", key, texts[key])
            }
            """
        var settings = ScriptSettings()
        settings.limits.suppressTimeLimits = true
        let outcome = evaluate(script, settings)
        #expect(outcome.errors == [])
        let long = "a longer name that does not fit sixteen bytes"
        #expect(
            outcome.output == "key-1-=2 key-4-\(long)=8 key-2-\(long)=2 key-5-=5 key-1-:1,1, key-10-\(long):10,10, ")
    }
}
