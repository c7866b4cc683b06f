//! Options of every socket (SOL_SOCKET, man 7 socket), and of Unix sockets (man 7 unix).

use crate::catalogue::option::{Level, Limit, LimitRole, OptionEntry, OptionKind, OptionText, Unit, ValueForm};

pub(super) const OPTIONS: &[OptionEntry] = &[
    OptionEntry {
        constant: "SO_REUSEADDR",
        level: Level::Socket,
        form: ValueForm::Switch,
        kinds: &[OptionKind::Tcp, OptionKind::Udp, OptionKind::Unix],
        limits: &[],
        privilege: None,
        en: OptionText {
            does: "Before bind: an address and port may be bound although ended connections from there are in TIME_WAIT, if the sockets \
            of those had it too. On UDP several sockets may share a port.",
            does_not: "It does not allow two TCP listeners on one port on Linux (SO_REUSEPORT does), and it does not take a port from \
            somebody. On Windows it does: there it is dangerous.",
        },
        zh: OptionText {
            does: "在 bind 之前设置：即使从那里建立的旧连接处于 TIME_WAIT，也可以绑定该地址和端口，前提是那些套接字也设置了它。UDP 上允许\
            多个套接字共用端口。",
            does_not: "在 Linux 上它不允许两个 TCP 监听者共用端口（那是 SO_REUSEPORT），也不会夺走别人的端口。Windows 上会夺走：在那里很\
            危险。",
        },
    },
    OptionEntry {
        constant: "SO_REUSEPORT",
        level: Level::Socket,
        form: ValueForm::Switch,
        kinds: &[OptionKind::Tcp, OptionKind::Udp, OptionKind::Unix],
        limits: &[],
        privilege: None,
        en: OptionText {
            does: "Before bind, on every one of them: several sockets of one user share a port, and the kernel deals connections and \
            datagrams out among them by a hash of the addresses.",
            does_not: "It does not balance by load, and connections queued at a listener that closes are reset.",
        },
        zh: OptionText {
            does: "在 bind 之前、由每个套接字设置：同一用户的多个套接字共用一个端口，内核按地址的散列分发连接和数据报。",
            does_not: "它不按负载均衡；关闭某个监听者时，排在它队列里的连接会被复位。",
        },
    },
    OptionEntry {
        constant: "SO_KEEPALIVE",
        level: Level::Socket,
        form: ValueForm::Switch,
        kinds: &[OptionKind::Tcp, OptionKind::Udp, OptionKind::Unix],
        limits: &[],
        privilege: None,
        en: OptionText {
            does: "Probes an idle TCP connection, so that a dead peer is found: after TCP_KEEPIDLE, every TCP_KEEPINTVL, TCP_KEEPCNT \
            times.",
            does_not: "By default the first probe goes out after two hours. The peer's kernel answers, whatever its program does.",
        },
        zh: OptionText {
            does: "探测空闲的 TCP 连接，以发现已经不在的对端：空闲 TCP_KEEPIDLE 之后，每隔 TCP_KEEPINTVL 一次，共 TCP_KEEPCNT 次。",
            does_not: "默认两小时后才发第一个探测。应答的是对端的内核，与它的程序是否正常无关。",
        },
    },
    OptionEntry {
        constant: "SO_RCVBUF",
        level: Level::Socket,
        form: ValueForm::Int(Unit::Bytes, 65_536),
        kinds: &[OptionKind::Tcp, OptionKind::Udp, OptionKind::Unix],
        limits: &[
            Limit { file: "net/core/rmem_max", role: LimitRole::Max },
            Limit { file: "net/core/rmem_default", role: LimitRole::Default },
            Limit { file: "net/ipv4/tcp_rmem", role: LimitRole::Auto },
        ],
        privilege: None,
        en: OptionText {
            does: "The room for received bytes that nobody has read yet. Linux doubles the number that is set, because half of it goes to \
            its own bookkeeping, and reads back the doubled one. Set before listen or connect it bounds the window scale.",
            does_not: "It is not how much recv returns, and a smaller one does not keep messages apart. Setting it turns TCP's automatic \
            tuning of it off.",
        },
        zh: OptionText {
            does: "存放已收到、尚未读取的字节的空间。Linux 把设置的数值加倍，因为一半用于自身的管理开销，读回的就是加倍后的值。要影响窗口\
            扩大因子，须在 listen 或 connect 之前设置。",
            does_not: "它不是 recv 返回多少，改小也不能把消息分开。设置它会关闭 TCP 的自动调节。",
        },
    },
    OptionEntry {
        constant: "SO_SNDBUF",
        level: Level::Socket,
        form: ValueForm::Int(Unit::Bytes, 65_536),
        kinds: &[OptionKind::Tcp, OptionKind::Udp, OptionKind::Unix],
        limits: &[
            Limit { file: "net/core/wmem_max", role: LimitRole::Max },
            Limit { file: "net/core/wmem_default", role: LimitRole::Default },
            Limit { file: "net/ipv4/tcp_wmem", role: LimitRole::Auto },
        ],
        privilege: None,
        en: OptionText {
            does: "The room for bytes that send has accepted and the peer has not acknowledged. Linux doubles the number, and reads back \
            the doubled one.",
            does_not: "A send that returns has filled this buffer, no more: nothing says that the peer got it. Setting it turns TCP's \
            automatic tuning off.",
        },
        zh: OptionText {
            does: "存放 send 已收下、对端尚未确认的字节的空间。Linux 把数值加倍，读回加倍后的值。",
            does_not: "send 返回只说明放进了这个缓冲区，不说明对端收到。设置它会关闭 TCP 的自动调节。",
        },
    },
    OptionEntry {
        constant: "SO_RCVBUFFORCE",
        level: Level::Socket,
        form: ValueForm::Forced { tried: 65_536, seen_in: "SO_RCVBUF" },
        kinds: &[OptionKind::Tcp, OptionKind::Udp, OptionKind::Unix],
        limits: &[],
        privilege: Some("CAP_NET_ADMIN"),
        en: OptionText { does: "As SO_RCVBUF, beyond net.core.rmem_max.", does_not: "It needs CAP_NET_ADMIN; without it EPERM." },
        zh: OptionText {
            does: "与 SO_RCVBUF 相同，但可超过 net.core.rmem_max。", does_not: "需要 CAP_NET_ADMIN，否则是 EPERM。"
        },
    },
    OptionEntry {
        constant: "SO_SNDBUFFORCE",
        level: Level::Socket,
        form: ValueForm::Forced { tried: 65_536, seen_in: "SO_SNDBUF" },
        kinds: &[OptionKind::Tcp, OptionKind::Udp, OptionKind::Unix],
        limits: &[],
        privilege: Some("CAP_NET_ADMIN"),
        en: OptionText { does: "As SO_SNDBUF, beyond net.core.wmem_max.", does_not: "It needs CAP_NET_ADMIN; without it EPERM." },
        zh: OptionText {
            does: "与 SO_SNDBUF 相同，但可超过 net.core.wmem_max。", does_not: "需要 CAP_NET_ADMIN，否则是 EPERM。"
        },
    },
    OptionEntry {
        constant: "SO_RCVLOWAT",
        level: Level::Socket,
        form: ValueForm::Int(Unit::Bytes, 4096),
        kinds: &[OptionKind::Tcp, OptionKind::Udp, OptionKind::Unix],
        limits: &[],
        privilege: None,
        en: OptionText {
            does: "How many bytes must be queued before recv returns and poll says readable.",
            does_not: "It does not make messages: more may come at once, and the end of the stream comes with less. On TCP it may enlarge \
            the receive buffer.",
        },
        zh: OptionText {
            does: "队列里至少有多少字节，recv 才返回、poll 才报告可读。",
            does_not: "它不能划分消息：可能一次来更多，流结束时也可能更少。在 TCP 上它可能增大接收缓冲区。",
        },
    },
    OptionEntry {
        constant: "SO_SNDLOWAT",
        level: Level::Socket,
        form: ValueForm::Int(Unit::Bytes, 4096),
        kinds: &[OptionKind::Tcp, OptionKind::Udp, OptionKind::Unix],
        limits: &[],
        privilege: None,
        en: OptionText {
            does: "How much room must be free before a socket is writable.",
            does_not: "Linux only shows it: setting it is ENOPROTOOPT. TCP_NOTSENT_LOWAT is what can be set.",
        },
        zh: OptionText {
            does: "至少空出多少空间，套接字才算可写。",
            does_not: "Linux 只能读，设置会得到 ENOPROTOOPT。可以设置的是 TCP_NOTSENT_LOWAT。",
        },
    },
    OptionEntry {
        constant: "SO_RCVTIMEO",
        level: Level::Socket,
        form: ValueForm::Time(1500),
        kinds: &[OptionKind::Tcp, OptionKind::Udp, OptionKind::Unix],
        limits: &[],
        privilege: None,
        en: OptionText {
            does: "The longest that recv and accept wait; then they say EAGAIN, or return what came so far. 0 is for ever.",
            does_not: "It says nothing of the network, is not ETIMEDOUT, and counts anew for each call: a peer that sends a byte now and \
            then never exceeds it.",
        },
        zh: OptionText {
            does: "recv 和 accept 最多等待多久；到时返回 EAGAIN，或返回已经收到的部分。0 表示一直等。",
            does_not: "它不说明网络状况，不是 ETIMEDOUT，而且每次调用重新计时：对端隔一会儿发一个字节，就永远不会超时。",
        },
    },
    OptionEntry {
        constant: "SO_SNDTIMEO",
        level: Level::Socket,
        form: ValueForm::Time(1500),
        kinds: &[OptionKind::Tcp, OptionKind::Udp, OptionKind::Unix],
        limits: &[],
        privilege: None,
        en: OptionText {
            does: "The longest that send waits for room, and on Linux also the longest that connect waits: then EAGAIN, of connect \
            EINPROGRESS.",
            does_not: "What was accepted before it ran out stays accepted: look at what send returned.",
        },
        zh: OptionText {
            does: "send 等待空间的最长时间，在 Linux 上也是 connect 的最长时间：到时返回 EAGAIN，connect 则返回 EINPROGRESS。",
            does_not: "到时之前已收下的部分仍然算数：要看 send 的返回值。",
        },
    },
    OptionEntry {
        constant: "SO_LINGER",
        level: Level::Socket,
        form: ValueForm::Linger(5),
        kinds: &[OptionKind::Tcp, OptionKind::Udp, OptionKind::Unix],
        limits: &[],
        privilege: None,
        en: OptionText {
            does: "What close does with bytes not sent yet: off, it returns at once and the kernel goes on sending; on, it waits so many \
            seconds at most; on with 0, it throws them away and sends RST.",
            does_not: "It does not make sure that the peer's program got anything, and waiting needs a blocking socket.",
        },
        zh: OptionText {
            does: "close 如何对待尚未发出的字节：关闭此项，立即返回，内核继续发送；打开，最多等待若干秒；打开且为 0，丢弃并发送 RST。",
            does_not: "它不保证对端的程序收到任何东西；在非阻塞套接字上不会等待。",
        },
    },
    OptionEntry {
        constant: "SO_ERROR",
        level: Level::Socket,
        form: ValueForm::ReadOnly(Unit::Code),
        kinds: &[OptionKind::Tcp, OptionKind::Udp, OptionKind::Unix],
        limits: &[],
        privilege: None,
        en: OptionText {
            does: "The pending error, 0 for none; reading it clears it. After a non-blocking connect it says how that ended.",
            does_not: "It is said once. It is not the last errno: only what came in between calls.",
        },
        zh: OptionText {
            does: "待处理的错误，0 表示没有；读取即清除。非阻塞 connect 之后，由它得知结果。",
            does_not: "它只报一次。它不是上一次的 errno，只是两次调用之间发生的错误。",
        },
    },
    OptionEntry {
        constant: "SO_TYPE",
        level: Level::Socket,
        form: ValueForm::ReadOnly(Unit::Code),
        kinds: &[OptionKind::Tcp, OptionKind::Udp, OptionKind::Unix],
        limits: &[],
        privilege: None,
        en: OptionText {
            does: "The kind of socket: 1 is SOCK_STREAM, 2 is SOCK_DGRAM, 5 is SOCK_SEQPACKET.",
            does_not: "It cannot be changed.",
        },
        zh: OptionText {
            does: "套接字类型：1 是 SOCK_STREAM，2 是 SOCK_DGRAM，5 是 SOCK_SEQPACKET。", does_not: "不能更改。"
        },
    },
    OptionEntry {
        constant: "SO_DOMAIN",
        level: Level::Socket,
        form: ValueForm::ReadOnly(Unit::Code),
        kinds: &[OptionKind::Tcp, OptionKind::Udp, OptionKind::Unix],
        limits: &[],
        privilege: None,
        en: OptionText { does: "The address family: 1 is Unix, 2 is IPv4, 10 is IPv6 (on Linux).", does_not: "It cannot be changed." },
        zh: OptionText { does: "地址族：1 是 Unix，2 是 IPv4，10 是 IPv6（Linux 的编号）。", does_not: "不能更改。" },
    },
    OptionEntry {
        constant: "SO_PROTOCOL",
        level: Level::Socket,
        form: ValueForm::ReadOnly(Unit::Code),
        kinds: &[OptionKind::Tcp, OptionKind::Udp, OptionKind::Unix],
        limits: &[],
        privilege: None,
        en: OptionText { does: "The protocol: 6 is TCP, 17 is UDP, 0 is a Unix socket's.", does_not: "It cannot be changed." },
        zh: OptionText { does: "协议：6 是 TCP，17 是 UDP，Unix 套接字为 0。", does_not: "不能更改。" },
    },
    OptionEntry {
        constant: "SO_ACCEPTCONN",
        level: Level::Socket,
        form: ValueForm::ReadOnly(Unit::Code),
        kinds: &[OptionKind::Tcp, OptionKind::Udp, OptionKind::Unix],
        limits: &[],
        privilege: None,
        en: OptionText { does: "1 on a listening socket.", does_not: "It does not say how full the queue is: `netlab sockets` does." },
        zh: OptionText {
            does: "正在监听的套接字为 1。", does_not: "它不说明队列有多满：那要看 `netlab sockets`。"
        },
    },
    OptionEntry {
        constant: "SO_BROADCAST",
        level: Level::Socket,
        form: ValueForm::Switch,
        kinds: &[OptionKind::Udp],
        limits: &[],
        privilege: None,
        en: OptionText {
            does: "Datagrams to a broadcast address may be sent; without it send says EACCES.",
            does_not: "It needs no privilege and has no effect on receiving.",
        },
        zh: OptionText {
            does: "允许向广播地址发送数据报；没有它，send 返回 EACCES。", does_not: "它不需要特权，也不影响接收。"
        },
    },
    OptionEntry {
        constant: "SO_DONTROUTE",
        level: Level::Socket,
        form: ValueForm::Switch,
        kinds: &[OptionKind::Tcp, OptionKind::Udp],
        limits: &[],
        privilege: None,
        en: OptionText {
            does: "Sends only to hosts on the same network, without a gateway.",
            does_not: "It is no protection: datagrams still come in from everywhere.",
        },
        zh: OptionText {
            does: "只向同一网络的主机发送，不经过网关。", does_not: "它不是防护措施：各处的数据报照样进来。"
        },
    },
    OptionEntry {
        constant: "SO_OOBINLINE",
        level: Level::Socket,
        form: ValueForm::Switch,
        kinds: &[OptionKind::Tcp],
        limits: &[],
        privilege: None,
        en: OptionText {
            does: "The urgent byte stays in the stream, in its place, rather than beside it.",
            does_not: "It does not bring more than one urgent byte.",
        },
        zh: OptionText {
            does: "紧急字节留在字节流中原来的位置，而不是单独存放。", does_not: "它不能带来多于一个的紧急字节。"
        },
    },
    OptionEntry {
        constant: "SO_BINDTODEVICE",
        level: Level::Socket,
        form: ValueForm::Text("lo"),
        kinds: &[OptionKind::Tcp, OptionKind::Udp],
        limits: &[],
        privilege: None,
        en: OptionText {
            does: "Packets go out by, and come in from, one interface only. An empty name ends it.",
            does_not: "It does not choose a source address. Changing it once it is set needs CAP_NET_RAW.",
        },
        zh: OptionText {
            does: "只从一个网卡收发数据包。空名字表示取消。", does_not: "它不选择源地址。设置之后再更改需要 CAP_NET_RAW。"
        },
    },
    OptionEntry {
        constant: "SO_BINDTOIFINDEX",
        level: Level::Socket,
        form: ValueForm::Int(Unit::Code, 1),
        kinds: &[OptionKind::Tcp, OptionKind::Udp],
        limits: &[],
        privilege: None,
        en: OptionText {
            does: "As SO_BINDTODEVICE, by the interface's index; 0 ends it.",
            does_not: "An index is not for ever: an interface that comes again has another.",
        },
        zh: OptionText {
            does: "与 SO_BINDTODEVICE 相同，但用网卡的索引；0 表示取消。", does_not: "索引不是永久的：网卡重新出现时会变。"
        },
    },
    OptionEntry {
        constant: "SO_PRIORITY",
        level: Level::Socket,
        form: ValueForm::Int(Unit::Code, 6),
        kinds: &[OptionKind::Tcp, OptionKind::Udp, OptionKind::Unix],
        limits: &[],
        privilege: None,
        en: OptionText {
            does: "The priority of outgoing packets for this machine's queues, 0 to 6.",
            does_not: "It is not carried in the packet as such; above 6 it needs CAP_NET_ADMIN.",
        },
        zh: OptionText {
            does: "外发数据包在本机队列中的优先级，0 到 6。", does_not: "它本身不写进数据包；大于 6 需要 CAP_NET_ADMIN。"
        },
    },
    OptionEntry {
        constant: "SO_MARK",
        level: Level::Socket,
        form: ValueForm::Int(Unit::Code, 1),
        kinds: &[OptionKind::Tcp, OptionKind::Udp, OptionKind::Unix],
        limits: &[],
        privilege: Some("CAP_NET_ADMIN"),
        en: OptionText { does: "A mark for this machine's routing and firewall rules.", does_not: "It does not leave the machine." },
        zh: OptionText { does: "供本机路由和防火墙规则使用的标记。", does_not: "它不会离开本机。" },
    },
    OptionEntry {
        constant: "SO_RCVMARK",
        level: Level::Socket,
        form: ValueForm::Switch,
        kinds: &[OptionKind::Tcp, OptionKind::Udp],
        limits: &[],
        privilege: None,
        en: OptionText { does: "recvmsg gives the mark of each packet.", does_not: "It does not set one." },
        zh: OptionText { does: "recvmsg 给出每个数据包的标记。", does_not: "它不设置标记。" },
    },
    OptionEntry {
        constant: "SO_TIMESTAMP",
        level: Level::Socket,
        form: ValueForm::Switch,
        kinds: &[OptionKind::Tcp, OptionKind::Udp, OptionKind::Unix],
        limits: &[],
        privilege: None,
        en: OptionText {
            does: "recvmsg gives the time at which each datagram came, in microseconds.",
            does_not: "It has no use for TCP's stream: there it is of the last segment.",
        },
        zh: OptionText {
            does: "recvmsg 给出每个数据报到达的时间，精度为微秒。",
            does_not: "对 TCP 的字节流没有意义：给出的是最后一个报文段的时间。",
        },
    },
    OptionEntry {
        constant: "SO_TIMESTAMPNS",
        level: Level::Socket,
        form: ValueForm::Switch,
        kinds: &[OptionKind::Tcp, OptionKind::Udp, OptionKind::Unix],
        limits: &[],
        privilege: None,
        en: OptionText {
            does: "As SO_TIMESTAMP, in nanoseconds.",
            does_not: "Only one of the two is in force: the one that was set last.",
        },
        zh: OptionText {
            does: "与 SO_TIMESTAMP 相同，精度为纳秒。", does_not: "两者只有一个有效：最后设置的那个。"
        },
    },
    OptionEntry {
        constant: "SO_TIMESTAMPING",
        level: Level::Socket,
        form: ValueForm::Int(Unit::Code, 16),
        kinds: &[OptionKind::Tcp, OptionKind::Udp, OptionKind::Unix],
        limits: &[],
        privilege: None,
        en: OptionText {
            does: "Times of sending and receiving from the kernel's software or the network card, by a mask of bits.",
            does_not: "Times of the card need a card that has them, and are of its own clock.",
        },
        zh: OptionText {
            does: "由内核软件或网卡给出收发时间，用位掩码选择。",
            does_not: "网卡的时间需要网卡支持，而且用的是网卡自己的时钟。",
        },
    },
    OptionEntry {
        constant: "SO_PEEK_OFF",
        level: Level::Socket,
        form: ValueForm::Int(Unit::Bytes, 0),
        kinds: &[OptionKind::Unix],
        limits: &[],
        privilege: None,
        en: OptionText {
            does: "Where the next MSG_PEEK begins to look; it moves on by itself. -1 is off. Since Linux 6.9 TCP has it too.",
            does_not: "It reads nothing away.",
        },
        zh: OptionText {
            does: "下一次 MSG_PEEK 从哪里开始看，并自动前移。-1 表示关闭。从 Linux 6.9 起 TCP 也有。",
            does_not: "它不会取走任何数据。",
        },
    },
    OptionEntry {
        constant: "SO_RXQ_OVFL",
        level: Level::Socket,
        form: ValueForm::Switch,
        kinds: &[OptionKind::Udp],
        limits: &[],
        privilege: None,
        en: OptionText {
            does: "recvmsg tells how many datagrams were dropped because the receive buffer was full.",
            does_not: "It counts, it does not prevent; and it tells only with the next datagram.",
        },
        zh: OptionText {
            does: "recvmsg 告知因接收缓冲区满而丢弃了多少数据报。",
            does_not: "它只计数，不能避免；而且要到下一个数据报才告知。",
        },
    },
    OptionEntry {
        constant: "SO_NO_CHECK",
        level: Level::Socket,
        form: ValueForm::Switch,
        kinds: &[OptionKind::Udp],
        limits: &[],
        privilege: None,
        en: OptionText {
            does: "UDP over IPv4 sends without a checksum.",
            does_not: "It does not make sending noticeably faster: network cards compute it.",
        },
        zh: OptionText {
            does: "IPv4 上的 UDP 发送时不带校验和。", does_not: "发送并不会明显变快：校验和由网卡计算。"
        },
    },
    OptionEntry {
        constant: "SO_BUSY_POLL",
        level: Level::Socket,
        form: ValueForm::Int(Unit::Microseconds, 50),
        kinds: &[OptionKind::Tcp, OptionKind::Udp],
        limits: &[Limit { file: "net/core/busy_read", role: LimitRole::Default }],
        privilege: None,
        en: OptionText {
            does: "How long recv asks the network card's queue itself rather than sleeping. More than now needs CAP_NET_ADMIN.",
            does_not: "It does nothing on loopback; it burns a processor for latency.",
        },
        zh: OptionText {
            does: "recv 在睡眠之前，自己轮询网卡队列多久。调大需要 CAP_NET_ADMIN。",
            does_not: "对回环没有作用；它用处理器换取延迟。",
        },
    },
    OptionEntry {
        constant: "SO_PREFER_BUSY_POLL",
        level: Level::Socket,
        form: ValueForm::Switch,
        kinds: &[OptionKind::Tcp, OptionKind::Udp],
        limits: &[],
        privilege: Some("CAP_NET_ADMIN"),
        en: OptionText {
            does: "Prefers busy polling to the network card's interrupts.",
            does_not: "It does nothing without SO_BUSY_POLL.",
        },
        zh: OptionText { does: "优先用轮询代替网卡中断。", does_not: "没有 SO_BUSY_POLL 就没有作用。" },
    },
    OptionEntry {
        constant: "SO_BUSY_POLL_BUDGET",
        level: Level::Socket,
        form: ValueForm::Int(Unit::Count, 4),
        kinds: &[OptionKind::Tcp, OptionKind::Udp],
        limits: &[],
        privilege: Some("CAP_NET_ADMIN"),
        en: OptionText {
            does: "How many packets one round of busy polling takes at most.",
            does_not: "It is not a limit on what recv returns.",
        },
        zh: OptionText { does: "每轮轮询最多处理多少个数据包。", does_not: "它不限制 recv 返回多少。" },
    },
    OptionEntry {
        constant: "SO_INCOMING_CPU",
        level: Level::Socket,
        form: ValueForm::ReadOnly(Unit::Code),
        kinds: &[OptionKind::Tcp, OptionKind::Udp],
        limits: &[],
        privilege: None,
        en: OptionText {
            does: "The processor that handled the last packet of this socket; -1 before any.",
            does_not: "Reading it moves nothing.",
        },
        zh: OptionText {
            does: "处理本套接字最后一个数据包的处理器；还没有时为 -1。", does_not: "读取它不会移动任何东西。"
        },
    },
    OptionEntry {
        constant: "SO_INCOMING_NAPI_ID",
        level: Level::Socket,
        form: ValueForm::ReadOnly(Unit::Code),
        kinds: &[OptionKind::Tcp, OptionKind::Udp],
        limits: &[],
        privilege: None,
        en: OptionText {
            does: "The network card's queue that the last packet came from; 0 on loopback.",
            does_not: "It is no processor's number.",
        },
        zh: OptionText {
            does: "最后一个数据包来自网卡的哪个队列；回环为 0。", does_not: "它不是处理器编号。"
        },
    },
    OptionEntry {
        constant: "SO_MAX_PACING_RATE",
        level: Level::Socket,
        form: ValueForm::Int(Unit::BytesPerSecond, 1_000_000),
        kinds: &[OptionKind::Tcp, OptionKind::Udp],
        limits: &[],
        privilege: None,
        en: OptionText {
            does: "The fastest that TCP sends, spread evenly; UDP needs the fq queue for it. -1 is no limit.",
            does_not: "It is no average over a long time, and does not limit receiving.",
        },
        zh: OptionText {
            does: "TCP 均匀发送的最高速率；UDP 需要 fq 队列。-1 表示不限。",
            does_not: "它不是长时间的平均值，也不限制接收。",
        },
    },
    OptionEntry {
        constant: "SO_MEMINFO",
        level: Level::Socket,
        form: ValueForm::Structure,
        kinds: &[OptionKind::Tcp, OptionKind::Udp, OptionKind::Unix],
        limits: &[],
        privilege: None,
        en: OptionText {
            does: "Nine numbers of the socket's memory: used, allowed, queued, dropped. netlab reads the last, `drops`.",
            does_not: "It is a moment's picture.",
        },
        zh: OptionText {
            does: "套接字内存的九个数字：已用、允许、排队、丢弃等。netlab 读取最后一个，即 `drops`。",
            does_not: "它只是某一时刻的情况。",
        },
    },
    OptionEntry {
        constant: "SO_COOKIE",
        level: Level::Socket,
        form: ValueForm::ReadOnly(Unit::Code),
        kinds: &[OptionKind::Tcp, OptionKind::Udp, OptionKind::Unix],
        limits: &[],
        privilege: None,
        en: OptionText {
            does: "A number of 64 bits that names this socket among all of this kernel; sock_diag gives the same.",
            does_not: "It is no descriptor: it means nothing to close or send.",
        },
        zh: OptionText {
            does: "在整个内核中标识这个套接字的 64 位数；sock_diag 给出同样的值。",
            does_not: "它不是描述符，不能用于 close 或 send。",
        },
    },
    OptionEntry {
        constant: "SO_NETNS_COOKIE",
        level: Level::Socket,
        form: ValueForm::ReadOnly(Unit::Code),
        kinds: &[OptionKind::Tcp, OptionKind::Udp],
        limits: &[],
        privilege: None,
        en: OptionText { does: "A number that names the network namespace of the socket.", does_not: "It is not the namespace's inode." },
        zh: OptionText { does: "标识套接字所在网络命名空间的数字。", does_not: "它不是命名空间的 inode。" },
    },
    OptionEntry {
        constant: "SO_ZEROCOPY",
        level: Level::Socket,
        form: ValueForm::Switch,
        kinds: &[OptionKind::Tcp, OptionKind::Udp],
        limits: &[],
        privilege: None,
        en: OptionText {
            does: "send may use the program's memory without copying, when MSG_ZEROCOPY is given.",
            does_not: "It pays only for large sends (about 10 kB), and on loopback the kernel copies all the same.",
        },
        zh: OptionText {
            does: "指定 MSG_ZEROCOPY 时，send 可以不复制而直接使用程序的内存。",
            does_not: "只有大块发送（约 10 kB 以上）才划算；在回环上内核照样会复制。",
        },
    },
    OptionEntry {
        constant: "SO_TXREHASH",
        level: Level::Socket,
        form: ValueForm::Int(Unit::Code, 0),
        kinds: &[OptionKind::Tcp],
        limits: &[Limit { file: "net/core/txrehash", role: LimitRole::Default }],
        privilege: None,
        en: OptionText {
            does: "Whether TCP chooses another path by a new hash when it has to send again.",
            does_not: "It does nothing where there is one path.",
        },
        zh: OptionText {
            does: "TCP 重传时是否更换散列以选择另一条路径。", does_not: "只有一条路径时没有作用。"
        },
    },
    OptionEntry {
        constant: "SO_RESERVE_MEM",
        level: Level::Socket,
        form: ValueForm::Int(Unit::Bytes, 65_536),
        kinds: &[OptionKind::Tcp],
        limits: &[],
        privilege: None,
        en: OptionText {
            does: "Memory that is set apart for this socket beforehand; only in a memory cgroup.",
            does_not: "Outside a cgroup with a memory limit it is refused.",
        },
        zh: OptionText {
            does: "预先为这个套接字留出的内存；仅在内存 cgroup 中有效。", does_not: "在没有内存限制的 cgroup 之外会被拒绝。"
        },
    },
    OptionEntry {
        constant: "SO_BUF_LOCK",
        level: Level::Socket,
        form: ValueForm::Int(Unit::Code, 1),
        kinds: &[OptionKind::Tcp, OptionKind::Udp, OptionKind::Unix],
        limits: &[],
        privilege: None,
        en: OptionText {
            does: "Which buffers were set by hand and are not tuned any more: 1 send, 2 receive. It can be set back.",
            does_not: "It changes no size.",
        },
        zh: OptionText {
            does: "哪些缓冲区由人工设定、不再自动调节：1 发送，2 接收。可以改回。", does_not: "它不改变大小。"
        },
    },
    OptionEntry {
        constant: "SO_BPF_EXTENSIONS",
        level: Level::Socket,
        form: ValueForm::ReadOnly(Unit::Code),
        kinds: &[OptionKind::Tcp, OptionKind::Udp, OptionKind::Unix],
        limits: &[],
        privilege: None,
        en: OptionText {
            does: "How many extensions a classic BPF program may use.",
            does_not: "It is a property of the kernel, not of the socket.",
        },
        zh: OptionText { does: "经典 BPF 程序可用的扩展数。", does_not: "这是内核的性质，而不是套接字的。" },
    },
    OptionEntry {
        constant: "SO_LOCK_FILTER",
        level: Level::Socket,
        form: ValueForm::Switch,
        kinds: &[OptionKind::Tcp, OptionKind::Udp, OptionKind::Unix],
        limits: &[],
        privilege: None,
        en: OptionText {
            does: "The packet filter of the socket can no longer be changed; for good.",
            does_not: "It does not add a filter.",
        },
        zh: OptionText { does: "套接字的包过滤器不能再更改，且不可撤销。", does_not: "它不会添加过滤器。" },
    },
    OptionEntry {
        constant: "SO_SELECT_ERR_QUEUE",
        level: Level::Socket,
        form: ValueForm::Switch,
        kinds: &[OptionKind::Tcp, OptionKind::Udp, OptionKind::Unix],
        limits: &[],
        privilege: None,
        en: OptionText {
            does: "select reports what is in the error queue as an exceptional condition.",
            does_not: "poll and epoll report it anyway.",
        },
        zh: OptionText {
            does: "select 把错误队列中有内容报告为异常状态。", does_not: "poll 和 epoll 本来就会报告。"
        },
    },
    OptionEntry {
        constant: "SO_DEBUG",
        level: Level::Socket,
        form: ValueForm::Switch,
        kinds: &[OptionKind::Tcp, OptionKind::Udp, OptionKind::Unix],
        limits: &[],
        privilege: Some("CAP_NET_ADMIN"),
        en: OptionText { does: "Debugging, in protocols that have any.", does_not: "TCP of today does nothing with it." },
        zh: OptionText { does: "调试开关，只对支持它的协议有意义。", does_not: "现在的 TCP 不使用它。" },
    },
    OptionEntry {
        constant: "SO_WIFI_STATUS",
        level: Level::Socket,
        form: ValueForm::Switch,
        kinds: &[OptionKind::Tcp, OptionKind::Udp],
        limits: &[],
        privilege: None,
        en: OptionText {
            does: "Tells whether a packet was acknowledged on the wireless link.",
            does_not: "It has no meaning on other links.",
        },
        zh: OptionText { does: "告知数据包在无线链路上是否得到确认。", does_not: "对其他链路没有意义。" },
    },
    OptionEntry {
        constant: "SO_NOFCS",
        level: Level::Socket,
        form: ValueForm::Switch,
        kinds: &[OptionKind::Tcp, OptionKind::Udp],
        limits: &[],
        privilege: None,
        en: OptionText {
            does: "For packet sockets: the driver does not append the frame's checksum.",
            does_not: "It has no effect on TCP and UDP.",
        },
        zh: OptionText { does: "用于 packet 套接字：驱动不附加帧校验。", does_not: "对 TCP 和 UDP 没有作用。" },
    },
    OptionEntry {
        constant: "SO_TXTIME",
        level: Level::Socket,
        form: ValueForm::Structure,
        kinds: &[OptionKind::Udp],
        limits: &[],
        privilege: None,
        en: OptionText {
            does: "Datagrams are sent at a time that is given with each, by a queue that can (etf, fq).",
            does_not: "Without such a queue on the interface the times are ignored.",
        },
        zh: OptionText {
            does: "按每个数据报附带的时间发送，需要支持的队列（etf、fq）。",
            does_not: "网卡上没有这种队列时，时间会被忽略。",
        },
    },
    OptionEntry {
        constant: "SO_ATTACH_FILTER",
        level: Level::Socket,
        form: ValueForm::WriteOnly,
        kinds: &[OptionKind::Tcp, OptionKind::Udp, OptionKind::Unix],
        limits: &[],
        privilege: None,
        en: OptionText {
            does: "A classic BPF program that sees each incoming packet and drops or shortens it.",
            does_not: "It does not see what leaves.",
        },
        zh: OptionText {
            does: "一段经典 BPF 程序，查看每个到来的数据包，并可丢弃或截短。", does_not: "它看不到外发的数据。"
        },
    },
    OptionEntry {
        constant: "SO_ATTACH_BPF",
        level: Level::Socket,
        form: ValueForm::WriteOnly,
        kinds: &[OptionKind::Tcp, OptionKind::Udp, OptionKind::Unix],
        limits: &[],
        privilege: None,
        en: OptionText {
            does: "As SO_ATTACH_FILTER, with an eBPF program.",
            does_not: "Loading such a program needs a privilege on most systems.",
        },
        zh: OptionText {
            does: "与 SO_ATTACH_FILTER 相同，但使用 eBPF 程序。", does_not: "多数系统上加载这种程序需要特权。"
        },
    },
    OptionEntry {
        constant: "SO_ATTACH_REUSEPORT_CBPF",
        level: Level::Socket,
        form: ValueForm::WriteOnly,
        kinds: &[OptionKind::Tcp, OptionKind::Udp],
        limits: &[],
        privilege: None,
        en: OptionText {
            does: "A classic BPF program that chooses which socket of a SO_REUSEPORT group gets a connection.",
            does_not: "It needs SO_REUSEPORT first.",
        },
        zh: OptionText {
            does: "用经典 BPF 程序选择 SO_REUSEPORT 组中由哪个套接字接收连接。", does_not: "须先设置 SO_REUSEPORT。"
        },
    },
    OptionEntry {
        constant: "SO_ATTACH_REUSEPORT_EBPF",
        level: Level::Socket,
        form: ValueForm::WriteOnly,
        kinds: &[OptionKind::Tcp, OptionKind::Udp],
        limits: &[],
        privilege: None,
        en: OptionText { does: "As SO_ATTACH_REUSEPORT_CBPF, with an eBPF program.", does_not: "It needs SO_REUSEPORT first." },
        zh: OptionText { does: "与 SO_ATTACH_REUSEPORT_CBPF 相同，但使用 eBPF 程序。", does_not: "须先设置 SO_REUSEPORT。" },
    },
    OptionEntry {
        constant: "SO_DETACH_FILTER",
        level: Level::Socket,
        form: ValueForm::WriteOnly,
        kinds: &[OptionKind::Tcp, OptionKind::Udp, OptionKind::Unix],
        limits: &[],
        privilege: None,
        en: OptionText { does: "Takes the packet filter off.", does_not: "It fails with ENOENT where there is none." },
        zh: OptionText { does: "取下包过滤器。", does_not: "没有过滤器时以 ENOENT 失败。" },
    },
    OptionEntry {
        constant: "SO_PASSCRED",
        level: Level::Socket,
        form: ValueForm::Switch,
        kinds: &[OptionKind::Unix],
        limits: &[],
        privilege: None,
        en: OptionText {
            does: "recvmsg gives process, user and group of the sender with each message.",
            does_not: "It does not say who the sender is now, only who it was when it sent.",
        },
        zh: OptionText {
            does: "recvmsg 随每条消息给出发送者的进程号、用户和组。", does_not: "它说明的是发送时的身份，而不是现在的。"
        },
    },
    OptionEntry {
        constant: "SO_PASSSEC",
        level: Level::Socket,
        form: ValueForm::Switch,
        kinds: &[OptionKind::Unix],
        limits: &[],
        privilege: None,
        en: OptionText {
            does: "recvmsg gives the security label of the sender (SELinux).",
            does_not: "Without such a module there is none.",
        },
        zh: OptionText { does: "recvmsg 给出发送者的安全标签（SELinux）。", does_not: "没有这类模块就没有标签。" },
    },
    OptionEntry {
        constant: "SO_PASSPIDFD",
        level: Level::Socket,
        form: ValueForm::Switch,
        kinds: &[OptionKind::Unix],
        limits: &[],
        privilege: None,
        en: OptionText { does: "recvmsg gives a descriptor of the sender's process.", does_not: "Each has to be closed, or they add up." },
        zh: OptionText { does: "recvmsg 给出发送者进程的描述符。", does_not: "每个都要关闭，否则会越积越多。" },
    },
    OptionEntry {
        constant: "SO_PEERCRED",
        level: Level::Socket,
        form: ValueForm::Structure,
        kinds: &[OptionKind::Unix],
        limits: &[],
        privilege: None,
        en: OptionText {
            does: "Process, user and group of the peer as they were at connect or listen.",
            does_not: "It does not follow the descriptor when that is passed on to another process.",
        },
        zh: OptionText {
            does: "对端在 connect 或 listen 时的进程号、用户和组。", does_not: "描述符传给别的进程之后，它不会跟着改变。"
        },
    },
    OptionEntry {
        constant: "SO_PEERSEC",
        level: Level::Socket,
        form: ValueForm::Structure,
        kinds: &[OptionKind::Unix],
        limits: &[],
        privilege: None,
        en: OptionText { does: "The security label of the peer (SELinux).", does_not: "Without such a module it is ENOPROTOOPT." },
        zh: OptionText { does: "对端的安全标签（SELinux）。", does_not: "没有这类模块时是 ENOPROTOOPT。" },
    },
    OptionEntry {
        constant: "SO_PEERGROUPS",
        level: Level::Socket,
        form: ValueForm::Structure,
        kinds: &[OptionKind::Unix],
        limits: &[],
        privilege: None,
        en: OptionText { does: "The further groups of the peer's user.", does_not: "They are those of the moment of connect." },
        zh: OptionText { does: "对端用户所属的其他组。", does_not: "是 connect 那一刻的情况。" },
    },
];
