#!/bin/sh
# embed.sh OUTPUT.swift TYPE SUFFIX FILE...: the files' texts as a Swift dictionary, by their names
# without the suffix.
set -eu
output=$1 type=$2 suffix=$3
shift 3
{
    echo '/// What is built in, by name.'
    echo "enum $type {"
    echo '    static let texts: [String: String] = ['
    for file; do
        printf '"%s": ####"""\n' "$(basename "$file" "$suffix")"
        cat "$file"
        printf '\n"""####,\n'
    done
    echo '    ]'
    echo '}'
} >"$output"
