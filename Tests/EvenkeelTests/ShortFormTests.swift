import Testing

@testable import evenkeel

@Suite struct ShortFormTests {
    @Test(arguments: [
        (0, "0s"), (59, "59s"), (60, "1m"), (303, "5m3s"), (600, "10m"), (3599, "59m"), (3600, "1h"), (11_730, "3h15m"),
        (86_400, "1d"), (277_200, "3d5h"), (-1, "0s"),
    ])
    func `an age has its two largest units`(_ seconds: Int, _ text: String) {
        #expect(ShortForm.age(seconds) == text)
    }

    @Test func `several ages go from the shortest to the longest`() {
        #expect(ShortForm.ages([11_730, 12, 600]) == "12s-3h15m")
        #expect(ShortForm.ages([11_730, 11_731]) == "3h15m")
        #expect(ShortForm.ages([]) == nil)
    }

    @Test(arguments: [
        (0, "0B"), (1023, "1023B"), (1024, "1K"), (1536, "1.5K"), (73_400_320, "70M"), (1_073_741_824, "1G"),
        (10_737_418_240 + 536_870_912, "10G"), (Int.max, "8388607T"),
    ])
    func `bytes are in binary units`(_ count: Int, _ text: String) {
        #expect(ShortForm.bytes(count) == text)
    }

    @Test func `neighbours are drawn together`() {
        #expect(ShortForm.ranges([7, 0, 2, 1, 3]) == "0-3, 7")
        #expect(ShortForm.ranges([5]) == "5")
        #expect(ShortForm.ranges([]) == "")
    }

    @Test func `columns stand below each other, colored or not, without blanks at the end`() {
        let rows = [
            [TextTable.Cell("name"), TextTable.Cell("x"), TextTable.Cell("")],
            [TextTable.Cell("a", .red), TextTable.Cell("longer", .green), TextTable.Cell("end")],
        ]
        let widths = TextTable.Widths(of: rows)

        let plain = TextTable(style: TextStyle(isColored: false), indentation: "  ")
        #expect(rows.map { plain.line($0, widths) } == ["  name  x", "  a     longer  end"])
        let colored = TextTable(style: TextStyle(isColored: true), indentation: "")
        #expect(colored.line(rows[1], widths) == "\u{1b}[31ma\u{1b}[0m     \u{1b}[32mlonger\u{1b}[0m  end")
    }
}
