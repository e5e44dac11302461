import Testing

@Suite struct ReconciliationPlaceholderTests {}
