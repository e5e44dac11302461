/// Percent-encoding of texts in URLs and forms (RFC 3986, 2.1).
enum PercentEncoding {
    /// Everything but letters, digits and `-._~` is encoded.
    static func once(_ text: String) -> String {
        encode(text) { _ in false }
    }

    /// For one value in a list of values.
    ///
    /// The Cloud Controller splits at commas and decodes each value once more
    /// (`cloud_controller_ng app/messages/base_message.rb`), so what means something to that second decoding is
    /// encoded twice: `,` is `%252C`.
    static func inList(_ value: String) -> String {
        encode(value) { $0 == UInt8(ascii: ",") || $0 == UInt8(ascii: "%") || $0 == UInt8(ascii: "+") }
    }

    /// A text of a form, in which a blank is `+`; nil when it is not encoded well.
    static func decodedForm(_ text: String) -> String? {
        var bytes: [UInt8] = []
        var rest = Array(text.utf8)[...]
        while let byte = rest.popFirst() {
            switch byte {
            case UInt8(ascii: "+"): bytes.append(UInt8(ascii: " "))
            case UInt8(ascii: "%"):
                guard let value = value(ofDigits: rest.prefix(2)) else { return nil }
                bytes.append(value)
                rest = rest.dropFirst(2)
            default: bytes.append(byte)
            }
        }
        return String(validating: bytes, as: UTF8.self)
    }

    /// The bytes of a part of a URL; a `%` without two digits stands for itself.
    static func decoded(_ text: some StringProtocol) -> [UInt8] {
        var bytes: [UInt8] = []
        var rest = Array(text.utf8)[...]
        while let byte = rest.popFirst() {
            guard byte == UInt8(ascii: "%"), let value = value(ofDigits: rest.prefix(2)) else {
                bytes.append(byte)
                continue
            }
            bytes.append(value)
            rest = rest.dropFirst(2)
        }
        return bytes
    }

    /// Of two hexadecimal digits.
    private static func value(ofDigits digits: ArraySlice<UInt8>) -> UInt8? {
        guard digits.count == 2, digits.first != UInt8(ascii: "+") else { return nil }
        return UInt8(String(decoding: digits, as: UTF8.self), radix: 16)
    }

    private static func encode(_ text: String, isEncodedTwice: (UInt8) -> Bool) -> String {
        var result = ""
        for byte in text.utf8 {
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "_"),
                UInt8(ascii: "~"):
                result.unicodeScalars.append(Unicode.Scalar(byte))
            default:
                let digits = String(byte, radix: 16, uppercase: true)
                result += isEncodedTwice(byte) ? "%25" : "%"
                result += digits.utf8.count == 1 ? "0\(digits)" : digits
            }
        }
        return result
    }
}
