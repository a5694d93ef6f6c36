/// Reads profiles: text in, a profile or everything that is wrong with it out.
public enum ProfileParser {
    private static let format = ProfileFormat.document

    /// Reads a profile from text.
    ///
    /// - Parameters:
    ///   - text: one YAML document of at most 1 MiB.
    ///   - file: what to call it in messages; also the profile's ``Profile/source``.
    /// - Throws: ``ProfileError`` with all that is wrong, in the order of the text.
    public static func parse(_ text: String, file: String) throws(ProfileError) -> Profile {
        let (value, problems) = try format.read(text, file: file)
        var builder = ProfileBuilder()
        var profile = value.map { builder.build($0) }
        let diagnostics = problems + builder.diagnostics
        profile?.source = file
        guard diagnostics.isEmpty, let profile else {
            throw ProfileError(invalid: file, diagnostics: DocumentFormat.arranged(diagnostics))
        }
        return profile
    }
}
