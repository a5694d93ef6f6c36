#!/bin/sh
# embed.sh OUTPUT.swift PROFILE.yaml...: the profiles' texts by name, as a Swift dictionary.
set -eu
output=$1
shift
{
    echo '/// The ready profiles, by name.'
    echo 'enum EmbeddedProfiles {'
    echo '    static let texts: [String: String] = ['
    for profile; do
        printf '"%s": ####"""\n' "$(basename "$profile" .yaml)"
        cat "$profile"
        printf '\n"""####,\n'
    done
    echo '    ]'
    echo '}'
} >"$output"
