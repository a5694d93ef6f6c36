extension Scaffold {
    static let optionManifest = """
        apiVersion: tcptune.dev/v1
        kind: HeaderOption
        metadata:
          name: NAME
          description: What the sender's application has written and TCP hasn't sent yet.
        spec:
          exid: EXID
          length: 4
          fields:
            - { name: unsent, offset: 0, size: 4, unit: bytes }

        """

    static let optionSource = #"""
        // SPDX-License-Identifier: GPL-2.0
        /*
         * NAME: a header option to start from. It tells the other end how much the application has
         * written that TCP hasn't sent yet: what is still to come.
         */
        #include <tcptune/option.h>

        /* Called when the option is due: fills the value, and says how long it is; 0: not now. */
        TCPTUNE_WRITE(const struct tcp_sock *tp, u8 *value)
        {
                if (!tp) /* a SYN-ACK, for which there is no connection yet */
                        return 0;
                tcptune_put32(value, tp->write_seq - tp->snd_nxt);
                return 4;
        }

        /* Called when the other end's comes, which can be any bytes: what is shown of it. */
        TCPTUNE_PARSE(const struct tcp_sock *tp, const u8 *value, u32 length, u8 *said)
        {
                if (length != 4)
                        return 0;
                return tcptune_keep(said, value, length);
        }

        TCPTUNE_OPTION;

        """#

    static let optionReadme = """
        # NAME

        A TCP header option for tcptune. This directory is the whole plug-in: `option.yaml` says what
        it is on the wire, `NAME.bpf.c` writes and reads its value, and `NAME.bpf.o` is what clang
        makes of that.

            tcptune option build ./    # compile; again after each change
            tcptune option check ./    # load it, try it on a connection of its own, take it away
            tcptune option show ./     # its ExID, its length, its fields

        The ExID was made up from the name. For packets that leave your own network have one
        registered (RFC 6994).

        tcptune takes plug-ins only from root: this directory, those above it and all files in it
        belong to root, and nobody else can write to them. Put it (or make it) below
        `/etc/tcptune/options.d`, at both ends, and profiles can name it:

            spec:
              headerOptions:
                - { type: plugin, name: NAME, on: [data], every: rtt }

        `tcptune connections` shows what the other end said last.

        """
}
