/// What `doctor` found out about one thing.
struct Finding {
    enum Level: String {
        case ok
        /// It works, but not as well as it could, or something is as its owner may not expect.
        case warning
        /// tcptune can't work.
        case failure
    }

    /// Stable, for scripts: `struct-ops`.
    let id: String
    let level: Level
    let text: String
    /// What to do.
    let advice: String?

    init(_ id: String, _ level: Level, _ text: String, advice: String? = nil) {
        self.id = id
        self.level = level
        self.text = text
        self.advice = advice
    }

    var line: String {
        let mark =
            switch level {
            case .ok: "ok  "
            case .warning: "warn"
            case .failure: "FAIL"
            }
        return "\(mark)  \(id): \(text)\n" + (advice.map { "      -> \($0)\n" } ?? "")
    }

    var json: JSON {
        .object([
            "id": .string(id), "level": .string(level.rawValue), "text": .string(text),
            "advice": advice.map { .string($0) } ?? .null,
        ])
    }
}
