import Hummingbird
import HTTPTypes
import Logging
import NIOCore
enum SandboxPlaceholder {}
