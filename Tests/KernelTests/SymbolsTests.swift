// SPDX-License-Identifier: GPL-3.0-or-later
import Glibc
import Testing

@testable import Kernel

/// Addresses of code, of the kernel and of processes.
@Suite struct SymbolsTests {
    private let table = KernelSymbols(
        text: Array(
            """
            ffffffff81000000 T _stext
            ffffffff81000100 t first
            ffffffff81000100 T __pfx_other
            ffffffff81000180 d data
            ffffffff81000200 T last
            ffffffffc0000000 t helper\t[veth]
            ffffffffc0000040 t end\t[veth]
            ffffffff82000000 D avenrun

            """.utf8))

    @Test func kernelAddressesHaveSymbols() {
        #expect(
            table.symbol(at: 0xffff_ffff_8100_0110)
                == FoundSymbol(name: "first", offset: 0x10, size: 0x100, module: "kernel"))
        #expect(
            table.symbol(at: 0xffff_ffff_c000_0000)
                == FoundSymbol(name: "helper", offset: 0, size: 0x40, module: "veth"))
        #expect(table.symbol(at: 0xffff_ffff_8000_0000) == nil)
        #expect(table.symbol(at: 0xffff_ffff_c000_0050) == nil)
    }

    @Test func namesHaveAddresses() {
        #expect(table.address(of: "last") == 0xffff_ffff_8100_0200)
        #expect(table.address(of: "avenrun") == 0xffff_ffff_8200_0000)
        #expect(table.address(of: "helper") == 0xffff_ffff_c000_0000)
        #expect(table.address(of: "firs") == 0)
        #expect(table.address(of: "") == 0)
        #expect(KernelSymbols(text: Array("0000000000000000 T hidden\n".utf8)).symbol(at: 5) == nil)
        #expect(KernelSymbols(text: Array("x\n\n T\n12 T".utf8)).address(of: "T") == 0)
    }

    @Test func addressesOfProcessesHaveSymbols() throws {
        let handle = try #require(dlopen(nil, RTLD_NOW))
        let address = UInt64(UInt(bitPattern: dlsym(handle, "umask")))
        try #require(address != 0)
        let symbols = ProcessSymbols()
        let found = try #require(symbols.symbol(getpid(), at: address + 1))
        #expect(found.name == "umask")
        #expect(found.offset == 1)
        #expect(found.size > 0)
        #expect(found.module.hasPrefix("/") && found.module.contains("libc.so"))
        #expect(symbols.symbol(getpid(), at: 1) == nil)
        #expect(symbols.symbol(Int32.max, at: address) == nil)
    }
}
