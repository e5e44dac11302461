package import Reconciliation

#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

/// What the API says of itself at `/`, which needs no token.
package struct Discovery: Hashable, Sendable {
    package let login: Endpoint
    /// Of the V3 API, such as `3.228.0`.
    package let apiVersion: String?

    package init(login: Endpoint, apiVersion: String?) {
        self.login = login
        self.apiVersion = apiVersion
    }

    /// Asks the API at `endpoint`.
    package static func of(
        _ endpoint: Endpoint,
        over transport: any HTTPTransport
    ) async throws(PlatformError) -> Discovery {
        let request = TransportRequest(.get, "/", of: endpoint)
        let response: TransportResponse
        do {
            response = try await transport.send(request)
        } catch {
            var explained = error
            if error.code == .unreachable, error.help == nil { explained.help = "check the URL `\(endpoint.url)`" }
            throw explained
        }
        if response.status >= 500 || response.status == 429 {
            throw PlatformError.rejection(of: request, response)
        }
        let links = (try? JSONDecoder().decode(WireRoot.self, from: Data(response.body)))?.links
        guard response.status == 200, let links, let api = links.api else {
            throw notAnAPI(endpoint, response).about(request, response)
        }
        guard let href = links.login?.href ?? links.uaa?.href else {
            throw notAnAPI(endpoint, "the API names no place to log in").about(request, response)
        }
        do {
            return Discovery(login: try Endpoint(href), apiVersion: api.meta?.version)
        } catch {
            throw error.about(request, response)
        }
    }

    /// Names what was asked and what to write, where that can be seen.
    private static func notAnAPI(_ endpoint: Endpoint, _ response: TransportResponse) -> PlatformError {
        var error = notAnAPI(endpoint, "no Cloud Foundry API answered there")
        let location = (300..<400).contains(response.status) ? response.header("Location") : nil
        if let location {
            let shown = ServerWords.cleaned(Endpoint.hidingUser(in: location))
            error.cause = "it redirects to `\(shown)`, which is never followed"
            if let target = endpoint.redirected(to: location), target != endpoint {
                error.help = "if that is the API, write `\(target.url)` in place of `\(endpoint.url)`"
            }
        } else if let shorter = endpoint.withoutVersion {
            error.help = "write `\(shorter.url)` in place of `\(endpoint.url)`: the URL of an API has no version in it"
        }
        return error
    }

    private static func notAnAPI(_ endpoint: Endpoint, _ cause: String) -> PlatformError {
        PlatformError(
            .invalidEndpoint,
            cause: cause,
            help: "check the URL `\(endpoint.url)`; that of the API often begins with `https://api.`"
        )
    }
}

private struct WireRoot: Decodable {
    let links: Links

    struct Links: Decodable {
        let api: Link?
        let login: Link?
        let uaa: Link?

        enum CodingKeys: String, CodingKey {
            case api = "cloud_controller_v3"
            case login, uaa
        }
    }

    struct Link: Decodable {
        let href: String
        let meta: Meta?
    }

    struct Meta: Decodable {
        let version: String?
    }
}
