import Testing

@Suite struct ManifestPlaceholderTests {}
