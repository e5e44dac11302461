import Diagnostics
import TestSupport
import Testing

struct DiagnosticCodeTests {
    @Test func `every code belongs to one suite`() {
        let owned = DiagnosticCodeOwners.manifests + DiagnosticCodeOwners.commands

        #expect(owned.count == DiagnosticCode.allCases.count)
        #expect(Set(owned) == Set(DiagnosticCode.allCases))
    }

    @Test func `codes are words with hyphens`() {
        for code in DiagnosticCode.allCases {
            let isKebab = code.rawValue.unicodeScalars.allSatisfy {
                ("a"..."z").contains($0) || "-0123456789".unicodeScalars.contains($0)
            }
            #expect(isKebab, "\(code.rawValue)")
        }
    }
}
