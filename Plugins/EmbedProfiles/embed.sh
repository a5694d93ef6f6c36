#!/bin/sh
# embed.sh OUTPUT.swift DIRECTORY: the texts of its *.yaml by name, as a Swift dictionary.
set -eu
export LC_ALL=C
output=$1
directory=$2
{
    echo '/// The ready profiles, by name.'
    echo 'enum EmbeddedProfiles {'
    echo '    static let texts: [String: String] = ['
    for profile in "$directory"/*.yaml; do
        printf '"%s": ####"""\n' "$(basename "$profile" .yaml)"
        cat "$profile"
        printf '\n"""####,\n'
    done
    echo '    ]'
    echo '}'
} >"$output"
