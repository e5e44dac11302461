import Testing

@Suite struct PH {}
