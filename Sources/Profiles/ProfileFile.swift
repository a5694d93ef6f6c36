import Glibc

extension ProfileParser {
    /// Reads a profile from a file, or from what can be read like one.
    ///
    /// - Parameter path: relative to the working directory unless it starts with "/".
    /// - Throws: ``ProfileError``, `unreadable` where it is no text file of at most 1 MiB; no more
    ///   than that is read.
    public static func load(_ path: String) throws(ProfileError) -> Profile {
        try parse(
            DocumentFormat.text(of: path, orElse: "name one of `tcptune profile list`"), file: path)
    }
}

extension DocumentFormat {
    /// The text of a file of at most 1 MiB; no more than that is read.
    ///
    /// - Parameter advice: what else to do where there is no such file.
    package static func text(
        of path: String, orElse advice: String
    ) throws(ProfileError) -> String {
        let bytes = try readFile(path, orElse: advice)
        guard bytes.count <= maximumSize else { throw .tooLarge(path) }
        guard let text = String(validating: bytes, as: UTF8.self) else { throw .binary(path) }
        return text
    }

    /// The content, cut one byte after the largest size.
    private static func readFile(
        _ path: String, orElse advice: String
    ) throws(ProfileError) -> [UInt8] {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw .unreadable(path, errno, orElse: advice) }
        defer { close(descriptor) }
        var bytes: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 64 << 10)
        while bytes.count <= maximumSize {
            let count = Glibc.read(descriptor, &buffer, buffer.count)
            if count == 0 { break }
            if count < 0 {
                if errno == EINTR { continue }
                throw .unreadable(path, errno, orElse: advice)
            }
            bytes += buffer[..<count]
        }
        return bytes
    }
}

extension ProfileError {
    static func unreadable(
        _ path: String, _ error: Int32, orElse advice: String? = nil
    ) -> ProfileError {
        let expected =
            switch error {
            case ENOENT: "check the path" + (advice.map { ", or \($0)" } ?? "")
            case EISDIR: "expected a file, not the directory of it"
            case EACCES, EPERM: "make it readable for this user"
            default: "check the path"
            }
        return ProfileError(
            .unreadable, file: path,
            problem: "can't be read: \(String(cString: strerror(error)))", expected: expected)
    }
}
