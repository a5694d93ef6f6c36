/// What of a plug-in's directory is looked at, in this order.
package enum PluginPart: Sendable {
    /// Whether somebody else could have written it, and whether it can be read.
    case ownership
    case manifest
    case object
}

/// Why what is in a plug-in's directory can't be used.
package struct PluginRefusal: Error {
    package let part: PluginPart
    /// The directory's name.
    package internal(set) var plugin = ""
    package let reason: String
    package let advice: String?

    init(_ part: PluginPart, _ reason: String, advice: String? = nil) {
        self.part = part
        self.reason = reason
        self.advice = advice
    }
}
