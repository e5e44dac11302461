import Testing

@Suite struct CloudControllerPlaceholderTests {}
