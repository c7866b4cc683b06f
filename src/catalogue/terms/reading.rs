//! What reads give, and where messages end.

use crate::catalogue::term::{Term, TermText};

pub(super) const TERMS: &[Term] = &[
    Term {
        aliases: &["sticky", "sticky packet", "sticky packets", "coalesced", "coalescing", "粘包问题", "TCP粘包"],
        see: &["framing", "short read", "Nagle", "late_reader"],
        scenarios: &["sticky/three-sends", "framing/length-header"],
        en: TermText {
            name: "coalesced read",
            meaning: "One recv returned bytes of more than one send. TCP carries a stream of bytes and does not keep where a send ended, \
            so whatever is queued when recv is called comes at once, up to the size asked for. Nothing is stuck together and nothing is \
            broken: mostly the reader was simply late.",
            advice: "Frame the messages: a length before each, or a delimiter behind it. Sleeping, TCP_NODELAY or another buffer size do \
            not cure it.",
        },
        zh: TermText {
            name: "粘包",
            meaning: "一次 recv 返回了多次 send 的字节。TCP 传输的是字节流，不保留 send 在哪里结束，所以调用 recv 时队列里有多少，就一次\
            给出多少，直到所要求的大小。并没有什么“粘”在一起，也没有出错：多半只是读得晚了。",
            advice: "给消息定界：前面加长度，或者后面加分隔符。sleep、TCP_NODELAY、改缓冲区大小都治不了它。",
        },
    },
    Term {
        aliases: &["partial read", "half packet", "半包问题"],
        see: &["coalesced read", "framing", "early_reader", "small_recv"],
        scenarios: &["sticky/small-recv", "framing/header-cut"],
        en: TermText {
            name: "short read",
            meaning: "One recv returned part of what one send gave; the rest is queued or still on its way. recv returns what is there, \
            at least one byte, and does not wait for more. A reader that takes it for the whole message fails on the first long message \
            or slow network.",
            advice: "Read in a loop until the frame is complete, and keep what is left over for the next one (`recv_exact`, `recv_until`, \
            a codec).",
        },
        zh: TermText {
            name: "半包",
            meaning: "一次 recv 只返回了某次 send 的一部分，其余还在队列里或在路上。recv 有多少给多少，至少一个字节，不会等待更多。把它当\
            成整条消息的程序，遇到第一条长消息或第一个慢网络就会出错。",
            advice: "循环读取，直到一帧完整，多读的部分留给下一帧（`recv_exact`、`recv_until`、编解码器）。",
        },
    },
    Term {
        aliases: &["split packet", "unpacking", "分包"],
        see: &["short read", "MSS", "Nagle"],
        scenarios: &["nagle/delayed-ack", "beliefs/mtu-cuts"],
        en: TermText {
            name: "split",
            meaning: "What one send gave left as several segments, or arrived in several reads. Segments are TCP's own business: cut by \
            the MSS, held back by Nagle's algorithm, sent again when lost. Reads do not follow them.",
            advice: "Do not count on a send being one segment or one read; frame the messages.",
        },
        zh: TermText {
            name: "拆包",
            meaning: "一次 send 的数据分成了几个报文段发出，或者分几次读到。报文段是 TCP 自己的事：按 MSS 切分，被 Nagle 算法推迟，丢失后\
            重发。read 的边界与它无关。",
            advice: "不要指望一次 send 就是一个报文段或一次 read；给消息定界。",
        },
    },
    Term {
        aliases: &["message boundary", "message boundaries", "边界"],
        see: &["framing", "datagram"],
        scenarios: &["beliefs/eor-marks-message", "framing/seqpacket"],
        en: TermText {
            name: "boundary",
            meaning: "An offset in the stream where a send, a segment or a recv ended. TCP keeps none of them for the reader. Datagrams \
            and SOCK_SEQPACKET keep those of the sends.",
            advice: "Where boundaries matter, put them into the bytes, or use a kind of socket that keeps them.",
        },
        zh: TermText {
            name: "消息边界",
            meaning: "字节流中某次 send、某个报文段或某次 recv 结束的位置。TCP 一个也不为读者保留。数据报和 SOCK_SEQPACKET 会保留 send 的\
            边界。",
            advice: "需要边界，就把它写进字节里，或者使用保留边界的套接字类型。",
        },
    },
    Term {
        aliases: &["frame", "frames", "message framing", "分帧", "成帧", "封包"],
        see: &["coalesced read", "short read", "length_prefix", "delimiter"],
        scenarios: &["framing/length-header", "framing/line", "framing/two-and-a-half"],
        en: TermText {
            name: "framing",
            meaning: "How an application says where its messages begin and end in a stream: a length in front, a delimiter behind, a \
            fixed size, or the end of the connection. A frame is one message so marked.",
            advice: "`netlab explain codecs` lists those that netlab knows; `netlab decode` finds frames in bytes of yours.",
        },
        zh: TermText {
            name: "定界",
            meaning: "应用程序在字节流中标明消息起止的方法：前面加长度，后面加分隔符，固定长度，或者以连接结束为准。一帧就是这样标出的一\
            条消息。",
            advice: "`netlab explain codecs` 列出 netlab 认识的编解码器；`netlab decode` 可在你的字节里找出各帧。",
        },
    },
    Term {
        aliases: &["UDP", "datagrams", "用户数据报"],
        see: &["boundary", "EMSGSIZE", "MTU"],
        scenarios: &["udp", "beliefs/udp-sticks-too", "beliefs/udp-rest-lost"],
        en: TermText {
            name: "datagram",
            meaning: "A message that travels whole or not at all: one send, one datagram, one recv. UDP keeps the boundary and promises \
            nothing else: datagrams are lost, doubled and overtaken, and what a recv has no room for is thrown away.",
            advice: "Give recv room for the longest datagram; number the messages, and repeat what was not answered.",
        },
        zh: TermText {
            name: "数据报",
            meaning: "整个送到或者整个丢失的消息：一次 send、一个数据报、一次 recv。UDP 保留边界，此外什么也不保证：数据报会丢失、重复、\
            乱序，recv 放不下的部分直接丢弃。",
            advice: "让 recv 的缓冲区容得下最长的数据报；给消息编号，没有应答就重发。",
        },
    },
    Term {
        aliases: &["TCP segment", "packet", "段", "数据包"],
        see: &["MSS", "split", "Nagle"],
        scenarios: &["beliefs/mtu-cuts", "beliefs/psh-marks-message"],
        en: TermText {
            name: "segment",
            meaning: "What TCP sends at once: a header and a range of the stream's bytes. How sends are cut and joined into segments is \
            TCP's choice and may change when they are sent again. An IP packet carries one segment; a network card may cut or join them \
            still.",
            advice: "To count them, netlab reads TCP_INFO (`netlab run -v`); a program cannot see them by reading.",
        },
        zh: TermText {
            name: "报文段",
            meaning: "TCP 一次发出的单位：一个首部加字节流的一段。如何把 send 切分、合并成报文段由 TCP 决定，重传时还可能改变。一个 IP 包\
            承载一个报文段；网卡还可能再切分或合并。",
            advice: "要计数，netlab 读取 TCP_INFO（`netlab run -v`）；程序靠读数据是看不到它们的。",
        },
    },
    Term {
        aliases: &["EOF", "end of file", "recv returned 0", "empty read", "FIN", "读到0"],
        see: &["half-close", "CLOSE_WAIT", "RST"],
        scenarios: &["lifecycle/close-eof", "beliefs/close-means-delivered"],
        en: TermText {
            name: "end of stream",
            meaning: "recv returned nothing (0 bytes): the peer's FIN came, it will send no more. It is no error, and not the end of one \
            message but of the stream. It can still be sent to, until it resets.",
            advice: "Stop reading, send what remains, close. If it came inside a frame, the message is truncated.",
        },
        zh: TermText {
            name: "流结束",
            meaning: "recv 返回了空（0 字节）：对端的 FIN 到了，它不会再发送。这不是错误，也不是某条消息的结束，而是整个流的结束。此时仍\
            可向它发送，直到它复位。",
            advice: "停止读取，把剩下的发完，关闭。如果它出现在一帧的中间，这条消息就是残缺的。",
        },
    },
];
