#!/bin/sh
# embed.sh OUTPUT.swift DIRECTORY TYPE: the texts of its *.yaml by name, as a Swift dictionary.
set -eu
export LC_ALL=C
output=$1
directory=$2
{
    echo '/// What is built in, by name.'
    echo "enum $3 {"
    echo '    static let texts: [String: String] = ['
    for file in "$directory"/*.yaml; do
        printf '"%s": ####"""\n' "$(basename "$file" .yaml)"
        cat "$file"
        printf '\n"""####,\n'
    done
    echo '    ]'
    echo '}'
} >"$output"
