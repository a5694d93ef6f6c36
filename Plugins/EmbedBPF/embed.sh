#!/bin/sh
# The two commands of the EmbedBPF plugin.
#
#   embed.sh index  OUT.swift NAME...
#   embed.sh object OUT.swift NAME SOURCE.bpf.c CLANG INCLUDE...
#
# The object goes into the binary as base64 in a StaticString: a byte array literal takes the
# Swift compiler seconds, and a resource bundle would be a second file to install.
set -eu

command=$1 out=$2
shift 2

# An output that didn't change keeps its time, so nothing that depends on it is built again.
publish() {
    if cmp -s "$out.new" "$out"; then rm "$out.new"; else mv "$out.new" "$out"; fi
}

index() {
    {
        echo 'import BPF'
        echo
        echo 'extension BPFPrograms {'
        echo '    package static let all: [String: EmbeddedObject] = ['
        for name; do echo "        \"$name\": $name,"; done
        [ $# -gt 0 ] || echo '        :'
        echo '    ]'
        echo '}'
    } >"$out.new"
    publish
}

object() {
    name=$1 source=$2 clang=$3
    shift 3
    for include; do set -- "$@" -I "$include"; shift; done
    # Debian keeps asm/types.h in a directory per architecture, which -target bpf doesn't search.
    multiarch=/usr/include/$(uname -m)-linux-gnu
    if [ -d "$multiarch" ]; then set -- "$@" -idirafter "$multiarch"; fi

    elf=$out.elf
    "$clang" -target bpf -mcpu=v3 -O2 -g -Wall -Werror "$@" -c "$source" -o "$elf"
    # Drops DWARF, keeps .BTF and .BTF.ext.
    "$(dirname "$clang")/llvm-objcopy" --strip-debug "$elf"
    {
        echo 'import BPF'
        echo
        echo 'extension BPFPrograms {'
        printf '    package static let %s = EmbeddedObject(name: "%s", base64: "' "$name" "$name"
        base64 <"$elf" | tr -d '\n'
        echo '")'
        echo '}'
    } >"$out.new"
    rm "$elf"
    publish
}

"$command" "$@"
