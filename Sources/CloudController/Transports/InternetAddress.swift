#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

/// An address of IP version 4 or 6.
struct InternetAddress: Hashable, Sendable {
    /// 4 or 16; an address of version 4 in the form of version 6 has 4.
    let bytes: [UInt8]

    var isVersion6: Bool { bytes.count == 16 }

    /// Reads it without brackets; nil for anything else.
    init?(_ text: some StringProtocol) {
        var version4 = in_addr()
        var version6 = in6_addr()
        if inet_pton(AF_INET, String(text), &version4) == 1 {
            bytes = withUnsafeBytes(of: version4) { Array($0) }
        } else if inet_pton(AF_INET6, String(text), &version6) == 1 {
            let all = withUnsafeBytes(of: version6) { Array($0) }
            bytes = all.starts(with: InternetAddress.mappedPrefix) ? Array(all.suffix(4)) : all
        } else {
            return nil
        }
    }

    /// Of `::ffff:192.0.2.1`.
    static let mappedPrefix = [UInt8](repeating: 0, count: 10) + [0xff, 0xff]
}

/// The addresses that begin with the same bits, such as `192.0.2.0/24`.
struct InternetNetwork: Hashable, Sendable {
    private let address: InternetAddress
    private let length: Int

    /// Nil for anything else.
    init?(_ text: some StringProtocol) {
        let parts = text.split(separator: "/", omittingEmptySubsequences: false)
        guard parts.count == 2, let address = InternetAddress(parts[0]), let length = UInt8(parts[1]).map(Int.init)
        else { return nil }
        let isMapped = !address.isVersion6 && parts[0].contains(":")
        let own = isMapped ? length - InternetAddress.mappedPrefix.count * 8 : length
        guard (0...address.bytes.count * 8).contains(own) else { return nil }
        self.address = address
        self.length = own
    }

    func contains(_ other: InternetAddress) -> Bool {
        guard other.bytes.count == address.bytes.count else { return false }
        let whole = length / 8
        guard other.bytes.prefix(whole) == address.bytes.prefix(whole) else { return false }
        let rest = length % 8
        return rest == 0 || (other.bytes[whole] ^ address.bytes[whole]) >> UInt8(8 - rest) == 0
    }
}
