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
            meaning: "The host answered, and refused: at that address and port nothing listens. Over TCP the answer to the SYN was a RST; over UDP an ICMP message \"port unreachable\" came back for an earlier datagram; over a Unix socket the file is there, but no process listens on it.",
            causes: &[
                "The server is not running, has crashed, or has not called listen yet.",
                "It listens on another port, or on another address: 127.0.0.1 is not reachable from another machine, and not from another container.",
                "It listens over IPv4 only, and the name was resolved to an IPv6 address first, or the other way round (`localhost` is both).",
                "A firewall rejects with a RST or an ICMP message, rather than dropping in silence.",
            ],
            remedies: &[
                "See who listens where on that machine: `netlab sockets --listening` there, or `ss -tanl`.",
                "Compare the address that the server is bound to with the one that the client connects to: `0.0.0.0` or `::` accepts from everywhere.",
                "If the server is just starting, wait for the port, with a limit and growing pauses, rather than sleeping once.",
            ],
        },
        zh: ErrorText {
            meaning: "对方主机有回应,并且拒绝了:该地址和端口上没有程序在监听。对 TCP 来说,SYN 得到的回应是 RST;对 UDP 来说,先前的数据报引回了 ICMP“端口不可达”;对 Unix 套接字来说,文件还在,但没有进程在上面监听。",
            causes: &[
                "服务端没有运行、已经崩溃,或者还没有调用 listen。",
                "服务端监听的是别的端口或别的地址:绑定在 127.0.0.1 上,别的机器、别的容器都连不上。",
                "服务端只监听 IPv4,而域名先解析成了 IPv6 地址,或者反过来(`localhost` 两者都有)。",
                "防火墙用 RST 或 ICMP 明确拒绝,而不是悄悄丢弃。",
            ],
            remedies: &[
                "在那台机器上看谁在监听:`netlab sockets --listening`,或者 `ss -tanl`。",
                "核对服务端绑定的地址与客户端连接的地址:绑定 `0.0.0.0` 或 `::` 才接受来自各处的连接。",
                "如果服务端正在启动,应当有上限、间隔递增地重试等待端口,而不是 sleep 一次了事。",
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
        calls: &["connect", "send", "recv"],
        see: &["backlog", "TCP_USER_TIMEOUT", "TCP_SYNCNT", "ECONNREFUSED"],
        en: ErrorText {
            meaning: "The kernel asked again and again and gave up: no answer came. In connect the SYN was sent several times (on Linux about two minutes in all, TCP_SYNCNT) and nothing came back, neither a SYN-ACK nor a RST. On an open connection sent data was not acknowledged for too long, or keepalive probes were not answered. A time limit of the program itself is something else: the kernel knows nothing of it.",
            causes: &[
                "A firewall or a cloud security group drops the packets in silence.",
                "The host is down, or the address is wrong and nobody has it.",
                "The listener's queue is full: Linux then does not answer a SYN at all, so an overloaded server looks like a dead one.",
                "Answers take another way back and are dropped there (asymmetric routes, NAT that forgot the connection).",
            ],
            remedies: &[
                "Try another port of the same host: refused at once means that the host is up, and that a filter or a full queue is at work.",
                "On the server: `netlab sockets --listening` shows whether a queue is full, `nstat -az TcpExtListenOverflows` counts the overflows.",
                "Set a time limit of your own for connect, a few seconds, rather than waiting for the kernel's two minutes.",
            ],
        },
        zh: ErrorText {
            meaning: "内核反复询问,最终放弃:没有任何回应。connect 时 SYN 重发了若干次(Linux 上总共约两分钟,见 TCP_SYNCNT),既没有收到 SYN-ACK,也没有收到 RST。在已建立的连接上,则是发出的数据太久没有得到确认,或者 keepalive 探测无人应答。程序自己设置的超时是另一回事:内核并不知道它。",
            causes: &[
                "防火墙或云安全组悄悄丢弃了数据包。",
                "主机没有开机,或者地址写错,没有任何主机使用它。",
                "监听队列已满:Linux 此时对 SYN 根本不应答,过载的服务端看起来就像死机。",
                "应答走了另一条路,在途中被丢弃(路由不对称,NAT 已经忘记这条连接)。",
            ],
            remedies: &[
                "试试同一主机的其他端口:如果立即被拒绝,说明主机在线,是过滤规则或队列已满在起作用。",
                "在服务端用 `netlab sockets --listening` 看队列是否已满,`nstat -az TcpExtListenOverflows` 可看溢出次数。",
                "给 connect 设置自己的超时(几秒),不要等内核的两分钟。",
            ],
        },
    },
];
