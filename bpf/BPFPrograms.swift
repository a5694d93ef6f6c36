/// The BPF objects compiled into the binary; `all` has them by the stem of their source file.
///
/// The build-tool plugin `EmbedBPF` adds a member for every `.bpf.c` below this folder.
package enum BPFPrograms {}
