import Testing

@Suite struct EvenkeelPlaceholderTests {}
