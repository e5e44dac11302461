import Diagnostics
import NIOSSL
import Reconciliation

#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

/// The authorities that are trusted in place of the system's, from `SSL_CERT_FILE` and `SSL_CERT_DIR`.
package struct TrustedRoots: Hashable, Sendable {
    private let file: String?
    /// Each with all files in it, as Go reads them; OpenSSL wants them to be named by hashes.
    private let folders: [String]

    package init(_ variables: [String: String] = [:]) {
        let value = { (name: String) in variables[name].flatMap { $0.isEmpty ? nil : $0 } }
        file = value("SSL_CERT_FILE")
        folders = (value("SSL_CERT_DIR") ?? "").split(separator: ":").map(String.init)
    }

    /// Nil where the system's are trusted.
    func certificates() throws(PlatformError) -> [NIOSSLCertificate]? {
        guard file != nil || !folders.isEmpty else { return nil }
        var certificates: [NIOSSLCertificate] = []
        if let file { certificates += try CertificateFile.certificates(in: file, of: "SSL_CERT_FILE") }
        var found = 0
        for folder in folders {
            let more = try TrustedRoots.certificates(inFolder: folder)
            found += more.count
            certificates += more
        }
        guard folders.isEmpty || found > 0 else {
            let place = folders.map { "`\($0)`" }.joined(separator: ", ")
            throw CertificateFile.unusable(
                "\(place) of `SSL_CERT_DIR`",
                because: "no file in it holds a certificate in PEM form"
            )
        }
        return certificates
    }

    /// Other files may lie there, too.
    private static func certificates(inFolder folder: String) throws(PlatformError) -> [NIOSSLCertificate] {
        let names: [String]
        do {
            names = try FileManager.default.contentsOfDirectory(atPath: folder)
        } catch {
            throw CertificateFile.unusable("the folder `\(folder)` of `SSL_CERT_DIR`", because: reason(for: folder))
        }
        return names.sorted().flatMap { name in
            (try? CertificateFile.certificates(in: "\(folder)/\(name)", of: "SSL_CERT_DIR")) ?? []
        }
    }

    /// Why a folder cannot be listed.
    private static func reason(for folder: String) -> String {
        var isFolder = false
        guard FileManager.default.fileExists(atPath: folder, isDirectory: &isFolder) else {
            return "no such file or folder"
        }
        return isFolder ? "it cannot be listed" : "it is no folder"
    }
}

/// A file with certificates in PEM form.
enum CertificateFile {
    /// Bytes; a system's own has less than 1 MB.
    private static let largest = 100_000_000

    /// - Parameter setting: The flag or variable that names the file.
    static func certificates(in path: String, of setting: String) throws(PlatformError) -> [NIOSSLCertificate] {
        let place = "the file `\(path)` of `\(setting)`"
        let content: [UInt8]
        do throws(FileProblem) {
            content = try bytes(ofFile: path, limit: largest)
        } catch {
            throw unusable(place, because: error.reason)
        }
        let text = String(decoding: content, as: UTF8.self)
        guard !text.trimmingBlanks.isEmpty else { throw unusable(place, because: "it is empty") }
        guard
            ["CERTIFICATE", "X509 CERTIFICATE", "TRUSTED CERTIFICATE"].contains(where: {
                text.contains("-----BEGIN \($0)-----")
            })
        else {
            throw unusable(
                place,
                because: "it holds no certificate in PEM form",
                help: "give a file in which a line is `-----BEGIN CERTIFICATE-----`"
            )
        }
        do {
            return try NIOSSLCertificate.fromPEMBytes(content)
        } catch {
            throw unusable(place, because: "a certificate in it is damaged")
        }
    }

    static func unusable(_ place: String, because reason: String, help: String? = nil) -> PlatformError {
        var error = PlatformError(.invalidEndpoint, cause: reason, help: help)
        error.place = place
        return error.neverSent
    }
}
