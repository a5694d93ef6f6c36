/// 64-bit FNV-1a of a text's UTF-8: a stable hash where nobody has an interest in collisions.
package func fnv1a(_ text: String) -> UInt64 {
    text.utf8.reduce(0xcbf2_9ce4_8422_2325) { ($0 ^ UInt64($1)) &* 0x100_0000_01b3 }
}
