import Crypto
import OrderedCollections
enum RPlaceholder {}
