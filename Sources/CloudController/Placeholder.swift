import AsyncHTTPClient
import Logging
import NIOCore
import NIOFoundationEssentialsCompat
import NIOHTTP1
import NIOPosix
import NIOSSL
enum CCPlaceholder {}
