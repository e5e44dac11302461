import Testing
import HummingbirdTesting

@Suite struct PH {}
