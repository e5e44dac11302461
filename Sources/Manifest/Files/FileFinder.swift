#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif
import Diagnostics

/// Finds the manifests below the paths that the user gave.
struct FileFinder {
    let excludes: [Glob]
    private(set) var diagnostics: [Diagnostic] = []
    /// The same file by two paths is one manifest.
    private var seen: Set<FileIdentity> = []
    /// Manifests met so far, also those that were met before or cannot be read.
    private var count = 0

    /// `others` are files that are no manifests, such as those of variables, which often lie in the same folder.
    init(excludes: [String], others: [String] = []) {
        self.excludes = excludes.map(Glob.init)
        seen = Set(others.map { $0 == "-" ? .standardInput : FileIdentity(of: $0) })
    }

    /// Files in the order of the paths, those of a folder sorted.
    mutating func find(_ paths: [String]) -> [String] {
        var files: [String] = []
        defer {
            if files.isEmpty, !diagnostics.hasErrors { diagnostics.append(.everythingExcluded) }
        }
        for path in paths {
            if path == "-" {
                if seen.insert(.standardInput).inserted { files.append(path) }
            } else if FileKind(of: path, followsLink: true) == .folder {
                let before = count
                files += walk(path)
                if count == before { diagnostics.append(.noManifests(path)) }
            } else if !isExcluded(path), isNew(path) {
                files.append(path)
            }
        }
        return files
    }

    private mutating func walk(_ folder: String) -> [String] {
        let names: [String]
        do {
            names = try FileManager.default.contentsOfDirectory(atPath: folder)
        } catch {
            diagnostics.append(.unreadable(folder, FileFinder.reason(for: error)))
            return []
        }
        let prefix = folder == "." ? "" : folder.hasSuffix("/") ? folder : folder + "/"
        var files: [String] = []
        for name in names.sorted(by: { Text($0) < Text($1) }) where !name.hasPrefix(".") {
            let path = prefix + name
            guard !isExcluded(path) else { continue }
            if FileKind(of: path, followsLink: false) == .folder {
                files += walk(path)
                continue
            }
            let kind = FileKind(of: path, followsLink: true)
            if kind == .folder {
                diagnostics.append(.linkToFolder(path))
                continue
            }
            guard [".yml", ".yaml"].contains(where: name.lowercased().hasSuffix) else { continue }
            switch kind {
            case .folder: continue
            case .file:
                count += 1
                if isNew(path) { files.append(path) }
            case .other:
                count += 1
                diagnostics.append(.unreadable(path, "it is neither a file nor a folder"))
            case nil:
                count += 1
                diagnostics.append(.unreadable(path, "the link leads nowhere"))
            }
        }
        return files
    }

    private static func reason(for error: any Error) -> String {
        switch (error as? CocoaError)?.code {
        case .fileReadNoSuchFile: "no such file or folder"
        case .fileReadNoPermission: "permission denied"
        default: "it cannot be listed"
        }
    }

    private func isExcluded(_ path: String) -> Bool {
        excludes.contains { $0.matches(path) }
    }

    private mutating func isNew(_ path: String) -> Bool {
        seen.insert(FileIdentity(of: path)).inserted
    }
}

private enum FileKind {
    case file, folder, other

    /// Nil when nothing is there.
    init?(of path: String, followsLink: Bool) {
        let manager = FileManager.default
        let type = { (path: String) in
            (try? manager.attributesOfItem(atPath: path))?[.type] as? FileAttributeType
        }
        guard var found = type(path) else { return nil }
        if found == .typeSymbolicLink, followsLink {
            // The attributes are those of the link; behind it a folder has a `.` in it.
            guard manager.fileExists(atPath: path) else { return nil }
            found = type(path + "/.") ?? type(URL(filePath: path).resolvingSymlinksInPath().path) ?? .typeUnknown
        }
        switch found {
        case .typeRegular: self = .file
        case .typeDirectory: self = .folder
        default: self = .other
        }
    }
}

/// Device and number of a file, or its path where it has none.
private enum FileIdentity: Hashable {
    case standardInput
    case file(device: Int, number: Int)
    case path(Text)

    init(of path: String) {
        let resolved = URL(filePath: path).resolvingSymlinksInPath().path
        let attributes = try? FileManager.default.attributesOfItem(atPath: resolved)
        if let device = attributes?[.systemNumber] as? Int, let number = attributes?[.systemFileNumber] as? Int {
            self = .file(device: device, number: number)
        } else {
            self = .path(Text(resolved))
        }
    }
}

extension Diagnostic {
    fileprivate static let everythingExcluded = Diagnostic(
        .error,
        .noManifests,
        "no manifests are left to read",
        details: [.help("name a file or a folder that `--exclude` does not leave out")]
    )

    /// A link may lead out of the folder, or back into it.
    fileprivate static func linkToFolder(_ path: String) -> Diagnostic {
        let argument = ShellWord.quoted(Text(path))
        return Diagnostic(
            .warning,
            .noManifests,
            "`\(path)` is a link to a folder, which is not read",
            details: [
                .note("links to folders are not followed; links to files are"),
                .help("name it besides: `\(argument)`; or leave it out with `--exclude \(argument)`"),
            ]
        )
    }

    fileprivate static func noManifests(_ folder: String) -> Diagnostic {
        Diagnostic(
            .error,
            .noManifests,
            "no manifests in `\(folder)`",
            details: [
                .note(
                    "manifests are files named `*.yml` or `*.yaml`, in upper or lower case, here or in folders below that are not hidden"
                )
            ]
        )
    }
}
