//! No connection came about, or it is still on its way.

use crate::catalogue::entry::{ErrorEntry, ErrorText, Origin};

pub(super) const ERRORS: &[ErrorEntry] = &[
    ErrorEntry {
        name: "ECONNREFUSED",
        aliases: &[],
        origin: Origin::Call,
        linux: Some(111),
        macos: Some(61),
        windows: Some(10061),
        windows_name: Some("WSAECONNREFUSED"),
        python: "ConnectionRefusedError",
        messages: &["Connection refused", "No connection could be made because the target machine actively refused it"],
        calls: &["connect", "send", "recv"],
        see: &["RST", "backlog", "ETIMEDOUT"],
        en: ErrorText {
            meaning: "The host answered, and refused: nothing listens at that address and port. Over TCP the answer to the SYN was a RST. \
            Over UDP an ICMP message \"port unreachable\" came back for an earlier datagram. Of a Unix socket the file is there, but no \
            process listens on it.",
            causes: &[
                "The server is not running, has crashed, or has not called listen yet.",
                "It listens on another port or another address: 127.0.0.1 is out of reach of other machines, and of other containers.",
                "It listens over IPv4 only and the name gave an IPv6 address first, or the other way round (`localhost` is both).",
                "A firewall rejects, with a RST or an ICMP message, rather than dropping in silence.",
            ],
            remedies: &[
                "See who listens where on that machine: `netlab sockets --listening` there, or `ss -tanl`.",
                "Compare the address that the server is bound to with the one that the client asks: bound to `0.0.0.0` or `::` it accepts \
                from everywhere.",
                "If the server is just starting, try again with growing pauses and a limit, rather than sleeping once.",
            ],
        },
        zh: ErrorText {
            meaning: "对方主机有回应，但拒绝了连接：该地址和端口上没有程序在监听。TCP 的情形是 SYN 得到了 RST；UDP 的情形是先前的数据报引\
            回了 ICMP“端口不可达”；Unix 套接字的情形是文件还在，却没有进程在上面监听。",
            causes: &[
                "服务端没有运行、已经崩溃，或者还没有调用 listen。",
                "服务端监听的是别的端口或别的地址：绑定在 127.0.0.1 上，其他机器、其他容器都连不到。",
                "服务端只监听 IPv4，而域名先解析出 IPv6 地址，或者正好相反（`localhost` 两者都有）。",
                "防火墙用 RST 或 ICMP 明确拒绝，而不是悄悄丢弃。",
            ],
            remedies: &[
                "在那台机器上看谁在监听：`netlab sockets --listening`，或 `ss -tanl`。",
                "核对服务端绑定的地址和客户端要连的地址：绑定 `0.0.0.0` 或 `::` 才接受各处来的连接。",
                "服务端正在启动时，应当以递增的间隔重试并设上限，而不是 sleep 一次了事。",
            ],
        },
    },
    ErrorEntry {
        name: "ETIMEDOUT",
        aliases: &[],
        origin: Origin::Call,
        linux: Some(110),
        macos: Some(60),
        windows: Some(10060),
        windows_name: Some("WSAETIMEDOUT"),
        python: "TimeoutError",
        messages: &[
            "Connection timed out",
            "Operation timed out",
            "A connection attempt failed because the connected party did not properly respond after a period of time",
        ],
        calls: &["connect", "send", "recv", "accept"],
        see: &["timeout", "backlog", "TCP_USER_TIMEOUT", "TCP_SYNCNT", "keepalive"],
        en: ErrorText {
            meaning: "The kernel asked again and again, and gave up: no answer came. In connect the SYN was repeated (TCP_SYNCNT; with \
            Linux's default for about two minutes) and neither a SYN-ACK nor a RST came back. On an open connection what was sent stayed \
            unacknowledged for too long, or keepalive probes were not answered. A time limit of the program's own is another thing: the \
            kernel knows nothing of it.",
            causes: &[
                "A firewall or a cloud's security group drops the packets in silence.",
                "The host is down, or nobody has that address.",
                "The listener's queue is full: Linux then does not answer the SYN at all, so an overloaded server looks like a dead one.",
                "The answer takes another way back and is lost there: asymmetric routes, or a NAT that forgot the connection.",
            ],
            remedies: &[
                "Try another port of that host: refused at once means that the host is up, and that a filter or a full queue is at work.",
                "On the server, `netlab sockets --listening` shows a full queue, and `nstat -az TcpExtListenOverflows` counts what it \
                cost.",
                "Give connect a time limit of a few seconds rather than waiting for the kernel's two minutes.",
            ],
        },
        zh: ErrorText {
            meaning: "内核反复询问，最终放弃：始终没有回应。connect 时 SYN 重发多次（TCP_SYNCNT，Linux 默认总共约两分钟），既没有 SYN-ACK \
            也没有 RST。在已建立的连接上，则是发出的数据太久没有得到确认，或者 keepalive 探测无人应答。程序自己设定的超时是另一回事，内核\
            并不知道它。",
            causes: &[
                "防火墙或云平台的安全组悄悄丢弃了数据包。",
                "主机没有开机，或者这个地址根本没有主机使用。",
                "监听队列已满：此时 Linux 对 SYN 完全不应答，过载的服务端看起来就像死机。",
                "应答走了另一条路，在途中丢失：路由不对称，或 NAT 已经忘记这条连接。",
            ],
            remedies: &[
                "试试同一主机的其他端口：如果立即被拒绝，说明主机在线，问题出在过滤规则或队列已满。",
                "在服务端用 `netlab sockets --listening` 查看队列是否已满，用 `nstat -az TcpExtListenOverflows` 查看溢出次数。",
                "给 connect 设几秒的超时，不要等内核的两分钟。",
            ],
        },
    },
    ErrorEntry {
        name: "EINPROGRESS",
        aliases: &[],
        origin: Origin::Call,
        linux: Some(115),
        macos: Some(36),
        windows: Some(10036),
        windows_name: Some("WSAEINPROGRESS"),
        python: "BlockingIOError",
        messages: &["Operation now in progress", "A blocking operation is currently executing"],
        calls: &["connect"],
        see: &["nonblocking", "connect_ex", "EALREADY", "SO_ERROR"],
        en: ErrorText {
            meaning: "Not a failure: on a non-blocking socket the connect has begun and is not finished. When the socket becomes writable \
            it is, and SO_ERROR says how: 0 is success. Windows says WSAEWOULDBLOCK (10035) here; its WSAEINPROGRESS is something else, a \
            blocking call under way in the same thread.",
            causes: &[
                "The socket is non-blocking, or has a time limit, which many libraries make with a non-blocking connect.",
                "With TCP_FASTOPEN, a first send without connect found no cookie.",
            ],
            remedies: &[
                "Wait until the socket is writable (poll, epoll, select, with a limit), then read SO_ERROR.",
                "Do not call connect in a loop until it stops saying so; if you do, EISCONN means success.",
            ],
        },
        zh: ErrorText {
            meaning: "这不是失败：在非阻塞套接字上，connect 已经开始，但尚未完成。等套接字变为可写，连接就有了结果，由 SO_ERROR 给出：0 \
            表示成功。Windows 在此处返回 WSAEWOULDBLOCK（10035）；它的 WSAEINPROGRESS 是另一个意思：同一线程中有阻塞调用正在进行。",
            causes: &[
                "套接字是非阻塞的，或者设了超时；许多库就是用非阻塞 connect 来实现超时的。",
                "使用 TCP_FASTOPEN 时，不经 connect 的首次发送没有找到 cookie。",
            ],
            remedies: &[
                "等套接字可写（poll、epoll、select，并设上限），再读取 SO_ERROR。",
                "不要循环调用 connect 直到它不再这样说；若一定要这样做，EISCONN 就是成功。",
            ],
        },
    },
    ErrorEntry {
        name: "EALREADY",
        aliases: &[],
        origin: Origin::Call,
        linux: Some(114),
        macos: Some(37),
        windows: Some(10037),
        windows_name: Some("WSAEALREADY"),
        python: "BlockingIOError",
        messages: &[
            "Operation already in progress",
            "An operation was attempted on a non-blocking socket that already had an operation in progress",
        ],
        calls: &["connect", "send"],
        see: &["EINPROGRESS", "nonblocking", "connect_ex"],
        en: ErrorText {
            meaning: "An earlier connect on this non-blocking socket is still under way; this call began nothing new. From send it means \
            that a TCP Fast Open is still under way.",
            causes: &[
                "connect is called again before the socket was writable.",
                "The handshake takes long, because the SYN is not answered: a filter, a dead host, a full backlog.",
            ],
            remedies: &[
                "Wait until the socket is writable, then read SO_ERROR.",
                "To give up, close the socket and make a new one: the same one cannot be told to begin again.",
            ],
        },
        zh: ErrorText {
            meaning: "这个非阻塞套接字上先前的 connect 还在进行，本次调用没有开始任何新的事情。若由 send 返回，则表示 TCP Fast Open 尚未\
            完成。",
            causes: &["套接字还不可写，就再次调用了 connect。", "SYN 得不到应答，握手迟迟不能完成：过滤、主机不在线、监听队列已满。"],
            remedies: &["等套接字可写，再读取 SO_ERROR。", "要放弃就关闭套接字并新建一个：同一个套接字无法重新开始。"],
        },
    },
    ErrorEntry {
        name: "EISCONN",
        aliases: &[],
        origin: Origin::Call,
        linux: Some(106),
        macos: Some(56),
        windows: Some(10056),
        windows_name: Some("WSAEISCONN"),
        python: "OSError",
        messages: &[
            "Transport endpoint is already connected",
            "Socket is already connected",
            "A connect request was made on an already connected socket",
        ],
        calls: &["connect", "send"],
        see: &["connect_ex", "EINPROGRESS"],
        en: ErrorText {
            meaning: "The socket is connected already. In a loop of connect_ex this is the sign of success. From sendto it means that a \
            destination was given on a connected stream (Linux mostly ignores the address there; macOS also refuses it on a connected UDP \
            socket).",
            causes: &[
                "connect was called twice on one socket, or on a listening one.",
                "sendto was called with an address on a connected socket.",
            ],
            remedies: &[
                "One connection, one socket: make a new one for another peer.",
                "On a connected socket call send, without an address.",
            ],
        },
        zh: ErrorText {
            meaning: "套接字已经连接。循环调用 connect_ex 时，它正是成功的标志。若由 sendto 返回，则表示在已连接的流套接字上又给出了目的\
            地址（Linux 多半忽略该地址；macOS 上已连接的 UDP 套接字也会拒绝）。",
            causes: &["在同一个套接字上调用了两次 connect，或者在监听套接字上调用 connect。", "在已连接的套接字上用 sendto 指定了地址。"],
            remedies: &["一条连接用一个套接字：连接别的对端时新建套接字。", "在已连接的套接字上调用 send，不带地址。"],
        },
    },
    ErrorEntry {
        name: "ENOTCONN",
        aliases: &[],
        origin: Origin::Call,
        linux: Some(107),
        macos: Some(57),
        windows: Some(10057),
        windows_name: Some("WSAENOTCONN"),
        python: "OSError",
        messages: &[
            "Transport endpoint is not connected",
            "Socket is not connected",
            "A request to send or receive data was disallowed because the socket is not connected",
        ],
        calls: &["send", "recv", "shutdown", "getpeername"],
        see: &["EPIPE", "EDESTADDRREQ", "half-close"],
        en: ErrorText {
            meaning: "The call needs a connection and the socket has none: it was never connected, connect has not finished, or the \
            connection has ended. send on a TCP socket that was never connected says EPIPE on Linux, where POSIX has ENOTCONN.",
            causes: &[
                "A server reads from the listening socket instead of the one that accept returned.",
                "A non-blocking connect has not finished, or its error was not looked at.",
                "shutdown after a reset of the peer (on macOS also after the peer has closed).",
                "A Unix datagram socket without a destination.",
            ],
            remedies: &[
                "Print which socket it is, with getsockname and getpeername: a listener has no peer.",
                "Check connect's result before the first send; after a non-blocking connect read SO_ERROR.",
            ],
        },
        zh: ErrorText {
            meaning: "该调用需要连接，而套接字没有连接：从未连接、connect 尚未完成，或者连接已经结束。在从未连接的 TCP 套接字上 send，\
            Linux 返回 EPIPE，而 POSIX 规定的是 ENOTCONN。",
            causes: &[
                "服务端在监听套接字上读数据，而不是在 accept 返回的套接字上。",
                "非阻塞 connect 还没完成，或者没有检查它的错误。",
                "对端复位之后又调用 shutdown（macOS 上对端关闭之后也会如此）。",
                "Unix 数据报套接字没有目的地址。",
            ],
            remedies: &[
                "用 getsockname 和 getpeername 打印出究竟是哪个套接字：监听套接字没有对端。",
                "第一次 send 之前检查 connect 的结果；非阻塞 connect 之后读取 SO_ERROR。",
            ],
        },
    },
    ErrorEntry {
        name: "ECONNABORTED",
        aliases: &[],
        origin: Origin::Call,
        linux: Some(103),
        macos: Some(53),
        windows: Some(10053),
        windows_name: Some("WSAECONNABORTED"),
        python: "ConnectionAbortedError",
        messages: &["Software caused connection abort", "An established connection was aborted by the software in your host machine"],
        calls: &["accept", "connect"],
        see: &["ECONNRESET", "accept-queue"],
        en: ErrorText {
            meaning: "The connection was given up on this side. From accept: the client was gone before it was accepted (Linux mostly \
            returns such a connection, and the first recv then says ECONNRESET). From a second connect on Linux: the first one failed, \
            and its error had been read already. On Windows (10053) this machine's own software ended an open connection: retransmissions \
            without an answer, a virus scanner, a VPN.",
            causes: &[
                "The client gave up, or was reset, while it waited in the listener's queue.",
                "connect is called again on a socket whose first connect failed.",
                "On Windows: a time limit of retransmission, or local security software.",
            ],
            remedies: &[
                "In an accept loop go on with the next connection: the listener is not harmed.",
                "After a failed connect close the socket and make a new one.",
            ],
        },
        zh: ErrorText {
            meaning: "连接在本机这一侧被放弃。由 accept 返回：客户端在被接受之前已经离开（Linux 多半照样返回这条连接，随后第一次 recv 报 \
            ECONNRESET）。在 Linux 上由第二次 connect 返回：第一次已经失败，其错误已被读走。在 Windows 上（10053）：本机软件终止了已建立\
            的连接，例如重传无应答、杀毒软件、VPN。",
            causes: &[
                "客户端在监听队列中等待时放弃了，或者被复位。",
                "第一次 connect 失败后，在同一套接字上再次 connect。",
                "Windows 上：重传超时，或本机的安全软件。",
            ],
            remedies: &["accept 循环应当继续处理下一条连接：监听套接字没有受损。", "connect 失败后关闭套接字，新建一个。"],
        },
    },
];
