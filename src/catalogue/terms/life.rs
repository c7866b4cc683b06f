//! How a connection begins, waits and ends.

use crate::catalogue::term::{Term, TermText};

pub(super) const TERMS: &[Term] = &[
    Term {
        aliases: &["handshake", "3-way handshake", "SYN", "SYN-ACK", "SYN_SENT", "SYN_RECV"],
        see: &["backlog", "ETIMEDOUT", "ECONNREFUSED"],
        scenarios: &["lifecycle/accept-late", "connect/in-progress"],
        en: TermText {
            name: "three-way handshake",
            meaning: "SYN, SYN-ACK, ACK: the kernels make the connection, before the server's accept and without it. connect returns when \
            the SYN-ACK came. A connection in SYN_SENT still waits for it.",
            advice: "A connect that works says only that a kernel answered: wait for the first byte to know that the server does.",
        },
        zh: TermText {
            name: "三次握手",
            meaning: "SYN、SYN-ACK、ACK：连接由两边的内核建立，早于服务端的 accept，也不需要它。收到 SYN-ACK 后 connect 返回。处于 \
            SYN_SENT 的连接还在等待它。",
            advice: "connect 成功只说明内核有应答：要知道服务端在工作，得等到第一个字节。",
        },
    },
    Term {
        aliases: &["accept queue", "listen queue", "全连接队列", "监听队列", "somaxconn", "listen backlog", "积压", "积压队列"],
        see: &["SYN queue", "three-way handshake", "ETIMEDOUT", "EAGAIN"],
        scenarios: &["lifecycle/full-backlog", "connect/timed-out"],
        en: TermText {
            name: "backlog",
            meaning: "How many finished connections may wait for accept: listen's argument, cut to net.core.somaxconn. On Linux one more \
            than that fits. When the queue is full Linux does not answer further SYNs, so clients see a timeout, not a refusal.",
            advice: "`netlab sockets --listening` shows used and allowed of each listener. Accept faster, or raise both the argument and \
            somaxconn.",
        },
        zh: TermText {
            name: "监听队列（backlog）",
            meaning: "已完成握手、等待 accept 的连接最多有多少：由 listen 的参数给出，并以 net.core.somaxconn 为上限。Linux 实际比它多容\
            纳一个。队列满时 Linux 不再应答 SYN，所以客户端看到的是超时，而不是拒绝。",
            advice: "`netlab sockets --listening` 显示每个监听者的已用与上限。加快 accept，或者同时提高参数和 somaxconn。",
        },
    },
    Term {
        aliases: &["syn backlog", "tcp_max_syn_backlog", "syncookies", "SYN cookies", "SYN flood", "SYN洪泛"],
        see: &["backlog", "three-way handshake"],
        scenarios: &[],
        en: TermText {
            name: "SYN queue",
            meaning: "Connections whose handshake is not finished (SYN_RECV). When there are too many, Linux answers with SYN cookies and \
            keeps nothing until the last step comes.",
            advice: "`nstat -az TcpExtSyncookiesSent` counts them; the queue of finished connections is another one, the backlog.",
        },
        zh: TermText {
            name: "半连接队列",
            meaning: "握手尚未完成的连接（SYN_RECV）。太多时 Linux 用 SYN cookie 应答，直到最后一步到来之前什么也不保存。",
            advice: "`nstat -az TcpExtSyncookiesSent` 可以计数；已完成连接的队列是另一个，即 backlog。",
        },
    },
    Term {
        aliases: &["shutdown", "SHUT_WR", "FIN_WAIT", "FIN_WAIT_2", "FIN_WAIT2", "四次挥手", "four-way close", "四次挥手过程"],
        see: &["end of stream", "CLOSE_WAIT", "half_close"],
        scenarios: &["lifecycle/half-close"],
        en: TermText {
            name: "half-close",
            meaning: "One side says that it will send no more (shutdown for writing, a FIN) and goes on reading. The other sees the end \
            of the stream and may still answer. Both directions close on their own, which is why an orderly end takes two FINs and their \
            acknowledgements.",
            advice: "To say \"that was all\" and still get the answer, shut down writing rather than closing.",
        },
        zh: TermText {
            name: "半关闭",
            meaning: "一方宣布不再发送（shutdown 写方向，即 FIN），但继续读取。另一方看到流结束，仍可应答。两个方向各自关闭，所以正常结束\
            需要两个 FIN 及其确认（四次挥手）。",
            advice: "想表示“发完了”又要收到应答，应当 shutdown 写方向，而不是 close。",
        },
    },
    Term {
        aliases: &[],
        see: &["half-close", "EMFILE", "end of stream"],
        scenarios: &["lifecycle/close-eof"],
        en: TermText {
            name: "CLOSE_WAIT",
            meaning: "The peer has closed, and this program has not. It stays so for as long as the program keeps the socket: no time \
            limit ends it.",
            advice: "Many of them are a bug of this program: look for the path on which the end of the stream is seen and close is not \
            called.",
        },
        zh: TermText {
            name: "CLOSE_WAIT 状态",
            meaning: "对端已经关闭，而本程序还没有。只要程序不关闭套接字，这个状态就一直保持，没有时限。",
            advice: "大量出现就是本程序的缺陷：找出读到流结束却没有调用 close 的路径。",
        },
    },
    Term {
        aliases: &["timewait", "2MSL"],
        see: &["SO_REUSEADDR", "EADDRINUSE", "ephemeral-port"],
        scenarios: &["lifecycle/reuseaddr-time-wait"],
        en: TermText {
            name: "TIME_WAIT",
            meaning: "The side that closed first keeps the connection's addresses for 60 s on Linux, so that late segments cannot disturb \
            a new connection, and the last acknowledgement can be repeated. It costs little memory; what it costs is the port.",
            advice: "Let the client close first; keep connections; set SO_REUSEADDR on listeners. Do not shorten it by SO_LINGER of 0.",
        },
        zh: TermText {
            name: "TIME_WAIT 状态",
            meaning: "先关闭的一方保留该连接的地址，Linux 上 60 秒，以免迟到的报文段干扰新连接，并能重发最后一个确认。它占用的内存很少，\
            占用的是端口。",
            advice: "让客户端先关闭；保持连接；监听套接字设置 SO_REUSEADDR。不要用值为 0 的 SO_LINGER 来缩短它。",
        },
    },
    Term {
        aliases: &["reset", "connection reset", "TCP reset", "重置", "连接重置"],
        see: &["ECONNRESET", "ECONNREFUSED", "linger", "EPIPE"],
        scenarios: &["lifecycle/linger-zero", "lifecycle/close-unread"],
        en: TermText {
            name: "RST",
            meaning: "A segment that ends a connection at once: \"there is no such connection here\". As an answer to a SYN it means that \
            nothing listens; later, that the other side threw the connection away, with what was queued.",
            advice: "See who sent it: the peer's kernel, or a firewall in its name. Closing with bytes unread is the most usual reason.",
        },
        zh: TermText {
            name: "复位（RST）",
            meaning: "立即结束连接的报文段：“这里没有这条连接”。作为对 SYN 的回应，表示没有程序监听；之后出现，则表示另一方丢弃了连接连同\
            排队的数据。",
            advice: "弄清是谁发的：对端的内核，还是冒它之名的防火墙。最常见的原因是关闭时还有未读的数据。",
        },
    },
    Term {
        aliases: &["lingering close", "close"],
        see: &["SO_LINGER", "RST", "TIME_WAIT"],
        scenarios: &["lifecycle/linger-zero", "beliefs/close-means-delivered"],
        en: TermText {
            name: "linger",
            meaning: "What close does with bytes that are not sent yet. By default it returns at once and the kernel goes on sending. \
            With SO_LINGER and a time it waits that long; with 0 it throws them away and sends RST.",
            advice: "close does not tell whether the peer got everything: only an answer of its program does.",
        },
        zh: TermText {
            name: "close 与 SO_LINGER",
            meaning: "close 如何对待尚未发出的字节。默认立即返回，由内核继续发送。设置 SO_LINGER 和时间则最多等这么久；时间为 0 则丢弃它\
            们并发送 RST。",
            advice: "close 并不说明对端是否全部收到：只有对端程序的应答才能说明。",
        },
    },
    Term {
        aliases: &["keep-alive", "tcp keepalive", "heartbeat", "心跳", "保活"],
        see: &["SO_KEEPALIVE", "TCP_KEEPIDLE", "TCP_USER_TIMEOUT", "ETIMEDOUT"],
        scenarios: &[],
        en: TermText {
            name: "keepalive",
            meaning: "Empty probes on an idle connection, answered by the peer's kernel. By default off, and after that two hours of \
            silence. They show that the peer's machine is there, not that its program works.",
            advice: "Set SO_KEEPALIVE with TCP_KEEPIDLE below the idle limit of the firewalls on the way (often minutes); send a \
            heartbeat of your own to test the program.",
        },
        zh: TermText {
            name: "保活（keepalive）",
            meaning: "空闲连接上的空探测，由对端的内核应答。默认关闭；打开后默认要静默两小时才开始。它说明对端的机器还在，而不说明程序在\
            工作。",
            advice: "设置 SO_KEEPALIVE，并让 TCP_KEEPIDLE 小于途中防火墙的空闲时限（常常只有几分钟）；要检验程序，自己发送心跳消息。",
        },
    },
    Term {
        aliases: &["broken pipe signal", "MSG_NOSIGNAL"],
        see: &["EPIPE"],
        scenarios: &["lifecycle/send-after-close"],
        en: TermText {
            name: "SIGPIPE",
            meaning: "The signal that a process gets when it sends on a connection that can take no more. By default it ends the process \
            without a word, exit status 141 in a shell.",
            advice: "Ignore it, or send with MSG_NOSIGNAL; then send fails with EPIPE.",
        },
        zh: TermText {
            name: "SIGPIPE 信号",
            meaning: "向不能再接收的连接发送时，进程收到的信号。默认会无声无息地结束进程，在 shell 中退出状态为 141。",
            advice: "忽略它，或者用 MSG_NOSIGNAL 发送；这时 send 以 EPIPE 失败。",
        },
    },
];
