//! A connection that was there has ended.

use crate::catalogue::entry::{ErrorEntry, ErrorText, Origin};

pub(super) const ERRORS: &[ErrorEntry] = &[
    ErrorEntry {
        name: "ECONNRESET",
        aliases: &[],
        origin: Origin::Call,
        linux: Some(104),
        macos: Some(54),
        windows: Some(10054),
        windows_name: Some("WSAECONNRESET"),
        python: "ConnectionResetError",
        messages: &["Connection reset by peer", "An existing connection was forcibly closed by the remote host"],
        calls: &["send", "recv", "connect"],
        see: &["RST", "EPIPE", "linger", "TIME_WAIT"],
        en: ErrorText {
            meaning: "A RST came: the other side, or something on the way, has thrown the connection away. What was on its way or not yet \
            read may be lost. It is said once; after that recv says end of stream and send says EPIPE.",
            causes: &[
                "The peer closed with bytes unread: the kernel then sends RST instead of FIN.",
                "The peer's process was killed or the machine restarted, and knows nothing of the connection any more.",
                "The peer ends connections with SO_LINGER of 0, on purpose (load balancers, health checks).",
                "A firewall, NAT or proxy dropped the idle connection and answers the next byte with RST.",
                "What is spoken there is another protocol: TLS on a plain port, or HTTP on a TLS port.",
            ],
            remedies: &[
                "See at what moment it comes: at once after the first bytes (protocol), after a pause (a middlebox's idle limit: \
                keepalive below it), at the peer's restart.",
                "On the side that closes: read to the end of the stream before close, or shut down writing first and wait for the peer.",
                "Make requests safe to repeat, and repeat on a new connection.",
            ],
        },
        zh: ErrorText {
            meaning: "收到了 RST：对端，或者途中的某个设备，丢弃了这条连接。在途的和尚未读取的数据都可能丢失。它只报一次；此后 recv 返回\
            流结束，send 返回 EPIPE。",
            causes: &[
                "对端关闭时还有未读的数据：内核此时发送的是 RST，而不是 FIN。",
                "对端进程被杀，或者机器重启，已经不认识这条连接。",
                "对端有意用值为 0 的 SO_LINGER 结束连接（负载均衡、健康检查）。",
                "防火墙、NAT 或代理清除了空闲连接，对下一个字节回应 RST。",
                "两边说的不是同一种协议：把 TLS 发到了明文端口，或把 HTTP 发到了 TLS 端口。",
            ],
            remedies: &[
                "看它出现在什么时刻：刚发出头几个字节（协议不符），一段空闲之后（中间设备的空闲时限，keepalive 间隔要小于它），还是对端重\
                启之时。",
                "在主动关闭的一方：先读到流结束再 close，或者先 shutdown 写方向，再等对端关闭。",
                "让请求可以安全地重复，并在新连接上重试。",
            ],
        },
    },
    ErrorEntry {
        name: "EPIPE",
        aliases: &[],
        origin: Origin::Call,
        linux: Some(32),
        macos: Some(32),
        windows: None,
        windows_name: None,
        python: "BrokenPipeError",
        messages: &["Broken pipe"],
        calls: &["send"],
        see: &["SIGPIPE", "ECONNRESET", "half-close"],
        en: ErrorText {
            meaning: "This side can send no more: it has shut down writing, or the connection is known to be gone. The first send after \
            the peer closed still succeeds, its answer is a RST, and only the next one fails with EPIPE. A process that does not ignore \
            SIGPIPE is killed by that signal instead. On Windows there is WSAESHUTDOWN or WSAECONNABORTED.",
            causes: &[
                "The peer closed, and this side went on sending.",
                "shutdown(SHUT_WR) was called, and then send.",
                "On Linux also: send on a TCP socket that was never connected.",
            ],
            remedies: &[
                "Ignore SIGPIPE, or send with MSG_NOSIGNAL (Python and Rust do), and treat it like ECONNRESET.",
                "Read as well as write: the end of the stream tells that the peer has closed before a send does.",
            ],
        },
        zh: ErrorText {
            meaning: "本端不能再发送：已经 shutdown 了写方向，或者已知连接不复存在。对端关闭之后的第一次 send 仍会成功，换来的是 RST，再\
            下一次才以 EPIPE 失败。不忽略 SIGPIPE 的进程会先被该信号杀死。Windows 上对应的是 WSAESHUTDOWN 或 WSAECONNABORTED。",
            causes: &[
                "对端已经关闭，本端仍在发送。",
                "调用 shutdown(SHUT_WR) 之后又调用 send。",
                "在 Linux 上还有：在从未连接的 TCP 套接字上 send。",
            ],
            remedies: &[
                "忽略 SIGPIPE，或用 MSG_NOSIGNAL 发送（Python 和 Rust 就是如此），并按 ECONNRESET 同样处理。",
                "不要只写不读：读到流结束，比 send 更早知道对端已经关闭。",
            ],
        },
    },
    ErrorEntry {
        name: "ESHUTDOWN",
        aliases: &[],
        origin: Origin::Call,
        linux: Some(108),
        macos: Some(58),
        windows: Some(10058),
        windows_name: Some("WSAESHUTDOWN"),
        python: "BrokenPipeError",
        messages: &[
            "Cannot send after transport endpoint shutdown",
            "Can't send after socket shutdown",
            "A request to send or receive data was disallowed because the socket had already been shut down",
        ],
        calls: &["send", "recv"],
        see: &["EPIPE", "half-close"],
        en: ErrorText {
            meaning: "The direction in question was shut down. Windows and macOS give it; Linux's TCP says EPIPE for the same.",
            causes: &["shutdown was called, and then send (or, on Windows, recv)."],
            remedies: &["Send everything first, then shut down writing; reading goes on until the peer ends the stream."],
        },
        zh: ErrorText {
            meaning: "相应的方向已经被 shutdown。Windows 和 macOS 会给出它；Linux 的 TCP 在同样情形下返回 EPIPE。",
            causes: &["先调用了 shutdown，再调用 send（Windows 上也包括 recv）。"],
            remedies: &["先把数据全部发完，再 shutdown 写方向；读可以继续，直到对端结束流。"],
        },
    },
    ErrorEntry {
        name: "ENETRESET",
        aliases: &[],
        origin: Origin::Call,
        linux: Some(102),
        macos: Some(52),
        windows: Some(10052),
        windows_name: Some("WSAENETRESET"),
        python: "OSError",
        messages: &[
            "Network dropped connection on reset",
            "The connection has been broken due to keep-alive activity detecting a failure while the operation was in progress",
        ],
        calls: &["send", "recv"],
        see: &["keepalive", "ECONNRESET"],
        en: ErrorText {
            meaning: "The connection was dropped because the network or the host on the other side went away in between. Windows gives it \
            when keepalive finds the peer gone during a call, and for UDP when a datagram's time to live ran out; on Linux ETIMEDOUT \
            stands for the former.",
            causes: &["Keepalive found that the peer is gone.", "The machine on the other side was restarted."],
            remedies: &["Treat it like ECONNRESET: connect again."],
        },
        zh: ErrorText {
            meaning: "由于网络或对方主机中途消失，连接被丢弃。Windows 在调用进行中被 keepalive 发现对端已不在时给出它，UDP 数据报的生存时\
            间耗尽时也会给出；Linux 上前者是 ETIMEDOUT。",
            causes: &["keepalive 发现对端已经不在。", "对方机器重新启动过。"],
            remedies: &["按 ECONNRESET 处理：重新连接。"],
        },
    },
];
