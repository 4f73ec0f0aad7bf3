// SPDX-License-Identifier: GPL-3.0-or-later
import Testing

@testable import Kernel

struct KallsymsTests {
    let symbols = Kallsyms(
        text: Array(
            """
            ffffffff81000000 T first
            ffffffff81000010 t twice
            ffffffff81000020 t twice
            ffffffff81000030 D data
            ffffffff81000040 t a_rather_long_name_of_a_function
            ffffffff81000050 t a_rather_long_name_of_another_function
            ffffffffc0000000 t in_module\t[some_module]
            ffffffffc0000010 T twice\t[some_module]

            """.utf8))

    @Test func findsByName() {
        #expect(symbols.symbols(named: "first").map(\.isText) == [true])
        #expect(symbols.symbols(named: "data").map(\.isText) == [false])
        #expect(symbols.symbols(named: "twice").count == 3)
        #expect(symbols.symbols(named: "twice").compactMap(\.module) == ["some_module"])
        #expect(symbols.symbols(named: "fir").isEmpty)
        #expect(symbols.contains("a_rather_long_name_of_another_function"))
        #expect(!symbols.contains("a_rather_long_name_of_"))
    }

    @Test func knowsAddresses() {
        #expect(symbols.symbols(named: "data").map(\.address) == [0xffff_ffff_8100_0030])
        #expect(symbols.symbols(named: "in_module").map(\.address) == [0xffff_ffff_c000_0000])
        #expect(Kallsyms(text: Array("0 T x\n".utf8)).symbols(named: "x").map(\.address) == [0])
    }

    @Test func listsCodeOfOneObject() {
        #expect(symbols.textNames(module: nil) { _ in true }.count == 5)
        #expect(symbols.textNames(module: "some_module") { _ in true } == ["in_module", "twice"])
    }

    @Test(arguments: ["", "garbage", "ffff T", "ffff T \n", "\n\n"])
    func survivesGarbage(_ text: String) {
        #expect(!Kallsyms(text: Array(text.utf8)).contains("T"))
    }
}
