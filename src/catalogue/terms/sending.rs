//! How bytes leave.

use crate::catalogue::term::{Term, TermText};

pub(super) const TERMS: &[Term] = &[
    Term {
        aliases: &["Nagle's algorithm", "nagles algorithm", "Nagle算法", "RFC 896", "纳格算法"],
        see: &["TCP_NODELAY", "delayed ACK", "cork"],
        scenarios: &["beliefs/nagle-visible", "beliefs/nagle-causes-sticky", "nagle/delayed-ack"],
        en: TermText {
            name: "Nagle",
            meaning: "A small segment is held back while an earlier one is not acknowledged yet (RFC 896), so that many small sends do \
            not become many small packets. It joins what follows the first send, not the first with the second, and it does not show on a \
            link whose acknowledgements come at once.",
            advice: "Send a whole message by one send. If small answers must leave at once, set TCP_NODELAY. It does not cure coalesced \
            reads.",
        },
        zh: TermText {
            name: "Nagle 算法",
            meaning: "前一个小报文段还没有得到确认时，后面的小报文段先不发（RFC 896），免得许多小 send 变成许多小包。它合并的是第一次之后\
            的那些 send，而不是把第一次与第二次合并；确认来得快的链路上看不到它。",
            advice: "一条消息用一次 send 发完。小的应答必须立即发出时，设置 TCP_NODELAY。它治不了粘包。",
        },
    },
    Term {
        aliases: &["delayed acknowledgement", "quickack", "延迟ACK", "40ms"],
        see: &["Nagle", "TCP_QUICKACK"],
        scenarios: &["nagle/delayed-ack"],
        en: TermText {
            name: "delayed ACK",
            meaning: "The receiver waits a little (on Linux 40 ms or more) before it acknowledges, in the hope that an answer carries the \
            acknowledgement. Together with Nagle's algorithm a sender that writes twice and then reads waits for that long: the famous 40 \
            ms.",
            advice: "Write once for each message, or set TCP_NODELAY on the sender. TCP_QUICKACK on the receiver holds only for a while.",
        },
        zh: TermText {
            name: "延迟确认",
            meaning: "接收方稍等片刻再确认（Linux 上 40 毫秒或更久），希望由应答顺便带上确认。它与 Nagle 算法相遇时，“写两次再读”的发送方\
            就要等这么久：著名的 40 毫秒。",
            advice: "每条消息只写一次，或者在发送方设置 TCP_NODELAY。接收方的 TCP_QUICKACK 只能维持一阵。",
        },
    },
    Term {
        aliases: &["MSG_MORE", "TCP_NOPUSH", "corking"],
        see: &["TCP_CORK", "Nagle", "corked"],
        scenarios: &["nagle/cork", "nagle/msg-more"],
        en: TermText {
            name: "cork",
            meaning: "The application asks that partial segments be held back until it is done: TCP_CORK on the socket, or MSG_MORE on a \
            send. For a header and a body that are written apart and should leave together.",
            advice: "Take the cork out as soon as the message is complete; Linux does so by itself after 200 ms.",
        },
        zh: TermText {
            name: "cork（攒够再发）",
            meaning: "应用程序要求暂不发送不满的报文段，直到它写完：在套接字上设 TCP_CORK，或在 send 时用 MSG_MORE。适合首部与正文分开写、\
            又要一起发出的场合。",
            advice: "消息一完整就取消；Linux 在 200 毫秒后会自动放行。",
        },
    },
    Term {
        aliases: &["buffer", "send buffer", "receive buffer", "recv buffer", "缓冲区", "发送缓冲区", "接收缓冲区", "缓存区"],
        see: &["SO_SNDBUF", "SO_RCVBUF", "receive window", "partial send", "ENOBUFS"],
        scenarios: &["recv-buffer/partial-send"],
        en: TermText {
            name: "socket buffer",
            meaning: "Each connection has two in the kernel: what send has taken and the peer has not acknowledged waits in the send \
            buffer, what came and recv has not taken in the receive buffer. send waits, or takes only part, when the one is full; the \
            peer's send does when the other is. The buffer that a program hands to recv is a third: its size says how much one call takes \
            at most, and nothing more.",
            advice: "SO_SNDBUF and SO_RCVBUF set their sizes, best not at all: the kernel tunes them. `netlab sockets` shows what waits in \
            each. No size keeps messages apart: that is what framing is for.",
        },
        zh: TermText {
            name: "套接字缓冲区",
            meaning: "内核为每条连接准备两个：send 交出而对端尚未确认的数据在发送缓冲区里，已经到达而 recv 尚未取走的数据在接收缓冲区里。\
            前者满了，send 就等待，或者只收下一部分；后者满了，等待的是对端的 send。程序交给 recv 的缓冲区是第三个：它的大小只决定一次最多取\
            多少。",
            advice: "SO_SNDBUF 和 SO_RCVBUF 设定大小，最好不设，由内核调节。`netlab sockets` 显示两者之中各有多少数据。怎么改大小都不能把消息\
            分开：那要靠定界。",
        },
    },
    Term {
        aliases: &["short write", "partial write", "send buffer full", "发送缓冲区满", "sendall"],
        see: &["SO_SNDBUF", "receive window", "EAGAIN", "partial_send"],
        scenarios: &["recv-buffer/partial-send", "beliefs/send-sends-everything"],
        en: TermText {
            name: "partial send",
            meaning: "send took only part of what it was given, and returned how much: the send buffer was full. A blocking send waits \
            until all is taken (or a time limit or a signal ends it); a non-blocking one does not.",
            advice: "Send the rest in a loop (`sendall`), and wait for writable in between.",
        },
        zh: TermText {
            name: "部分发送",
            meaning: "send 只收下了一部分，并返回收下多少：发送缓冲区满了。阻塞的 send 会等到全部收下（或被超时、信号打断）；非阻塞的不会\
            等。",
            advice: "循环发送剩余部分（`sendall`），其间等待可写。",
        },
    },
    Term {
        aliases: &["window", "zero window", "rwnd", "零窗口", "滑动窗口", "sliding window", "flow control", "流量控制"],
        see: &["SO_RCVBUF", "partial send", "closed_window"],
        scenarios: &["lifecycle/zero-window"],
        en: TermText {
            name: "receive window",
            meaning: "How many bytes the receiver still has room for; it says so in every segment. When the reader does not read, the \
            window shrinks to nothing and the sender stops: its send buffer fills up, then its send blocks. The connection is alive all \
            the while, the kernel probes it.",
            advice: "Find the reader that does not read. TCP_USER_TIMEOUT limits how long the sender waits.",
        },
        zh: TermText {
            name: "接收窗口",
            meaning: "接收方还容得下多少字节，每个报文段里都会通告。读者不读，窗口就缩小到零，发送方随之停下：先是发送缓冲区填满，然后 \
            send 阻塞。这期间连接始终活着，内核会发探测。",
            advice: "找出不读数据的一方。TCP_USER_TIMEOUT 限制发送方等待多久。",
        },
    },
    Term {
        aliases: &["cwnd", "slow start", "慢启动", "congestion control", "拥塞控制"],
        see: &["TCP_CONGESTION", "receive window", "retransmission"],
        scenarios: &[],
        en: TermText {
            name: "congestion window",
            meaning: "How many segments the sender allows itself to have on their way, by what the network has borne so far. It begins \
            with 10 on Linux, grows with acknowledgements and shrinks with losses.",
            advice: "A short transfer never grows out of it: keep connections open and use them again. TCP_INFO shows it (`netlab \
            sockets`).",
        },
        zh: TermText {
            name: "拥塞窗口",
            meaning: "发送方依据网络此前的承受情况，允许自己在途的报文段数目。Linux 上从 10 开始，随确认增长，随丢失缩小。",
            advice: "短传输来不及让它增长：保持连接并重复使用。TCP_INFO 可以看到它（`netlab sockets`）。",
        },
    },
    Term {
        aliases: &["retransmit", "RTO", "resend", "超时重传", "retransmissions"],
        see: &["TCP_USER_TIMEOUT", "ETIMEDOUT", "TCP_SYNCNT"],
        scenarios: &["lifecycle/user-timeout"],
        en: TermText {
            name: "retransmission",
            meaning: "What was not acknowledged in time is sent again, each time after twice the wait. The application sees only that it \
            takes longer, until the kernel gives up with ETIMEDOUT (on Linux after about 15 minutes on an open connection, \
            net.ipv4.tcp_retries2).",
            advice: "TCP_USER_TIMEOUT makes it give up sooner; `netlab sockets` and `nstat` count retransmissions.",
        },
        zh: TermText {
            name: "重传",
            meaning: "没有及时得到确认的数据会重发，每次等待时间翻倍。应用程序只感到变慢，直到内核以 ETIMEDOUT 放弃（Linux 上已建立的连接\
            约 15 分钟，net.ipv4.tcp_retries2）。",
            advice: "用 TCP_USER_TIMEOUT 让它早些放弃；`netlab sockets` 和 `nstat` 可看到重传次数。",
        },
    },
    Term {
        aliases: &["maximum segment size", "maxseg"],
        see: &["MTU", "segment", "TCP_MAXSEG"],
        scenarios: &["lifecycle/maxseg", "beliefs/mtu-cuts"],
        en: TermText {
            name: "MSS",
            meaning: "The most bytes of data in one segment: the MTU less the headers, 1,460 on an Ethernet over IPv4, about 65,483 on \
            Linux's loopback. Each side announces its own in the handshake.",
            advice: "Leave it alone, except against a path that loses large packets.",
        },
        zh: TermText {
            name: "最大报文段长度",
            meaning: "一个报文段最多携带的数据：MTU 减去首部，以太网上的 IPv4 是 1,460，Linux 回环上约 65,483。双方在握手时各自通告。",
            advice: "一般不必动它，除非路径会丢弃大包。",
        },
    },
    Term {
        aliases: &["maximum transmission unit", "path MTU", "PMTU", "fragmentation", "分片", "路径MTU"],
        see: &["MSS", "EMSGSIZE", "datagram"],
        scenarios: &["beliefs/mtu-cuts"],
        en: TermText {
            name: "MTU",
            meaning: "The largest packet that a link carries: 1,500 bytes on Ethernet, 65,536 on Linux's loopback. TCP cuts its segments \
            to it; a UDP datagram that is longer is cut into fragments by IP, or refused with EMSGSIZE.",
            advice: "For UDP on the internet keep payloads to about 1,200 bytes. Small things that work and large ones that hang are the \
            sign of a lost ICMP message on the path.",
        },
        zh: TermText {
            name: "最大传输单元",
            meaning: "链路能承载的最大数据包：以太网 1,500 字节，Linux 回环 65,536 字节。TCP 据此切分报文段；更长的 UDP 数据报由 IP 分片，\
            或者以 EMSGSIZE 拒绝。",
            advice: "互联网上的 UDP 载荷保持在约 1,200 字节以内。小数据正常、大数据卡住，多半是路径上的 ICMP 报文被丢弃。",
        },
    },
    Term {
        aliases: &["push", "push flag", "PSH flag"],
        see: &["boundary", "segment"],
        scenarios: &["beliefs/psh-marks-message"],
        en: TermText {
            name: "PSH",
            meaning: "A flag of the TCP header that Linux sets on the last segment of what a send gave. It is not a message's end: \
            readers cannot see it.",
            advice: "Do not take it for a boundary when you look at a capture.",
        },
        zh: TermText {
            name: "PSH 标志",
            meaning: "TCP 首部的一个标志，Linux 在一次 send 的最后一个报文段上设置它。它不是消息的结尾：读者看不到它。",
            advice: "看抓包时不要把它当作边界。",
        },
    },
    Term {
        aliases: &["urgent data", "out of band", "MSG_OOB", "URG", "紧急数据"],
        see: &["SO_OOBINLINE"],
        scenarios: &["lifecycle/oob-byte"],
        en: TermText {
            name: "oob",
            meaning: "TCP's urgent data: one byte that the reader can be told of before the others. It is not a second channel, only one \
            byte is kept, and middleboxes remove it.",
            advice: "Do not use it; open a second connection for control.",
        },
        zh: TermText {
            name: "带外数据",
            meaning: "TCP 的紧急数据：可以让读者先于其他数据得知的一个字节。它不是第二条通道，只保留一个字节，中间设备还会清除它。",
            advice: "不要使用它；控制信息另开一条连接。",
        },
    },
];
