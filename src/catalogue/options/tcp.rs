//! Options of TCP (IPPROTO_TCP, man 7 tcp).

use crate::catalogue::option::{Level, Limit, LimitRole, OptionEntry, OptionKind, OptionText, Unit, ValueForm};

pub(super) const OPTIONS: &[OptionEntry] = &[
    OptionEntry {
        constant: "TCP_NODELAY",
        level: Level::Tcp,
        form: ValueForm::Switch,
        kinds: &[OptionKind::Tcp],
        limits: &[],
        privilege: None,
        en: OptionText {
            does: "Turns Nagle's algorithm off: small segments leave at once, even while earlier ones are not acknowledged.",
            does_not: "It does not cure coalesced reads, and does not make one segment of one send. Many small sends become many small \
            packets: write a message at once instead.",
        },
        zh: OptionText {
            does: "关闭 Nagle 算法：小报文段立即发出，哪怕先前的还没有得到确认。",
            does_not: "它治不了粘包，也不保证一次 send 就是一个报文段。许多小 send 会变成许多小包：应当一次写出整条消息。",
        },
    },
    OptionEntry {
        constant: "TCP_CORK",
        level: Level::Tcp,
        form: ValueForm::Switch,
        kinds: &[OptionKind::Tcp],
        limits: &[],
        privilege: None,
        en: OptionText {
            does: "Holds partial segments back until it is set to 0 again, or for 200 ms.",
            does_not: "It is not TCP_NODELAY's opposite: it holds back even when nothing is on its way.",
        },
        zh: OptionText {
            does: "不发送不满的报文段，直到重新设为 0，或满 200 毫秒。",
            does_not: "它不是 TCP_NODELAY 的反面：即使没有数据在途，它也会推迟。",
        },
    },
    OptionEntry {
        constant: "TCP_QUICKACK",
        level: Level::Tcp,
        form: ValueForm::Switch,
        kinds: &[OptionKind::Tcp],
        limits: &[],
        privilege: None,
        en: OptionText {
            does: "Acknowledges at once rather than a little later.",
            does_not: "It does not stay: the kernel leaves this mode by itself, so it has to be set again after each recv.",
        },
        zh: OptionText {
            does: "立即确认，而不是稍后确认。",
            does_not: "它不会保持：内核会自行退出这种模式，所以每次 recv 之后都要重新设置。",
        },
    },
    OptionEntry {
        constant: "TCP_MAXSEG",
        level: Level::Tcp,
        form: ValueForm::Int(Unit::Bytes, 1000),
        kinds: &[OptionKind::Tcp],
        limits: &[],
        privilege: None,
        en: OptionText {
            does: "The largest segment that this side announces and sends; before the connection.",
            does_not: "It cannot exceed what the MTU allows, and what is read back of a connection is what is in force.",
        },
        zh: OptionText {
            does: "本端通告和发送的最大报文段；在建立连接之前设置。",
            does_not: "它不能超过 MTU 允许的值；连接之后读回的是实际生效的值。",
        },
    },
    OptionEntry {
        constant: "TCP_USER_TIMEOUT",
        level: Level::Tcp,
        form: ValueForm::Int(Unit::Milliseconds, 5000),
        kinds: &[OptionKind::Tcp],
        limits: &[],
        privilege: None,
        en: OptionText {
            does: "How long sent data may stay unacknowledged before the connection ends with ETIMEDOUT; 0 is the system's rule. It also \
            bounds connect and keepalive.",
            does_not: "It does not limit how long the peer's program takes to answer: its kernel acknowledges at once.",
        },
        zh: OptionText {
            does: "发出的数据最多多久得不到确认，连接就以 ETIMEDOUT 结束；0 表示按系统规则。它也约束 connect 和 keepalive。",
            does_not: "它不限制对端程序多久才应答：对端内核会立即确认。",
        },
    },
    OptionEntry {
        constant: "TCP_SYNCNT",
        level: Level::Tcp,
        form: ValueForm::Int(Unit::Count, 2),
        kinds: &[OptionKind::Tcp],
        limits: &[Limit { file: "net/ipv4/tcp_syn_retries", role: LimitRole::Default }],
        privilege: None,
        en: OptionText {
            does: "How often connect repeats the SYN before ETIMEDOUT: after 1, 2, 4, 8 .. seconds, so 6 times take about two minutes.",
            does_not: "It is no time; and it does nothing for a connection that is open.",
        },
        zh: OptionText {
            does: "connect 在 ETIMEDOUT 之前重发几次 SYN：间隔 1、2、4、8……秒，所以 6 次约两分钟。",
            does_not: "它不是时间；对已建立的连接没有作用。",
        },
    },
    OptionEntry {
        constant: "TCP_KEEPIDLE",
        level: Level::Tcp,
        form: ValueForm::Int(Unit::Seconds, 60),
        kinds: &[OptionKind::Tcp],
        limits: &[Limit { file: "net/ipv4/tcp_keepalive_time", role: LimitRole::Default }],
        privilege: None,
        en: OptionText {
            does: "How long a connection must be idle before the first keepalive probe.",
            does_not: "It does nothing without SO_KEEPALIVE.",
        },
        zh: OptionText {
            does: "连接空闲多久之后发第一个 keepalive 探测。", does_not: "没有 SO_KEEPALIVE 就没有作用。"
        },
    },
    OptionEntry {
        constant: "TCP_KEEPINTVL",
        level: Level::Tcp,
        form: ValueForm::Int(Unit::Seconds, 10),
        kinds: &[OptionKind::Tcp],
        limits: &[Limit { file: "net/ipv4/tcp_keepalive_intvl", role: LimitRole::Default }],
        privilege: None,
        en: OptionText { does: "The time between two keepalive probes.", does_not: "It does nothing without SO_KEEPALIVE." },
        zh: OptionText { does: "两次 keepalive 探测之间的时间。", does_not: "没有 SO_KEEPALIVE 就没有作用。" },
    },
    OptionEntry {
        constant: "TCP_KEEPCNT",
        level: Level::Tcp,
        form: ValueForm::Int(Unit::Count, 3),
        kinds: &[OptionKind::Tcp],
        limits: &[Limit { file: "net/ipv4/tcp_keepalive_probes", role: LimitRole::Default }],
        privilege: None,
        en: OptionText {
            does: "How many probes may stay unanswered before the connection ends with ETIMEDOUT.",
            does_not: "It does nothing without SO_KEEPALIVE.",
        },
        zh: OptionText {
            does: "多少个探测无人应答之后，连接以 ETIMEDOUT 结束。", does_not: "没有 SO_KEEPALIVE 就没有作用。"
        },
    },
    OptionEntry {
        constant: "TCP_LINGER2",
        level: Level::Tcp,
        form: ValueForm::Int(Unit::Seconds, 30),
        kinds: &[OptionKind::Tcp],
        limits: &[Limit { file: "net/ipv4/tcp_fin_timeout", role: LimitRole::Default }],
        privilege: None,
        en: OptionText {
            does: "How long a socket that was closed here may stay in FIN_WAIT2.",
            does_not: "It has nothing to do with SO_LINGER, nor with TIME_WAIT.",
        },
        zh: OptionText {
            does: "本端已关闭的套接字最多在 FIN_WAIT2 停留多久。", does_not: "它与 SO_LINGER 无关，也与 TIME_WAIT 无关。"
        },
    },
    OptionEntry {
        constant: "TCP_DEFER_ACCEPT",
        level: Level::Tcp,
        form: ValueForm::Int(Unit::Seconds, 5),
        kinds: &[OptionKind::Tcp],
        limits: &[],
        privilege: None,
        en: OptionText {
            does: "A listener: accept gives a connection only when data came, or after about so many seconds. The kernel rounds it to \
            whole retransmissions.",
            does_not: "It does not protect from a client that sends one byte.",
        },
        zh: OptionText {
            does: "用于监听套接字：有数据到来，或大约这么多秒之后，accept 才给出连接。内核把它折算成整数次重传。",
            does_not: "它防不住只发一个字节的客户端。",
        },
    },
    OptionEntry {
        constant: "TCP_NOTSENT_LOWAT",
        level: Level::Tcp,
        form: ValueForm::Int(Unit::Bytes, 16_384),
        kinds: &[OptionKind::Tcp],
        limits: &[Limit { file: "net/ipv4/tcp_notsent_lowat", role: LimitRole::Default }],
        privilege: None,
        en: OptionText {
            does: "A socket counts as writable only while fewer unsent bytes than this are queued.",
            does_not: "It does not limit what a send takes. 4294967295 (shown as -1) is no limit.",
        },
        zh: OptionText {
            does: "队列中未发送的字节少于它，套接字才算可写。",
            does_not: "它不限制一次 send 收下多少。4294967295（显示为 -1）表示不限。",
        },
    },
    OptionEntry {
        constant: "TCP_WINDOW_CLAMP",
        level: Level::Tcp,
        form: ValueForm::Int(Unit::Bytes, 65_536),
        kinds: &[OptionKind::Tcp],
        limits: &[],
        privilege: None,
        en: OptionText { does: "The largest receive window that is announced.", does_not: "It does not free memory: SO_RCVBUF does that." },
        zh: OptionText { does: "通告的接收窗口的上限。", does_not: "它不节省内存：那要用 SO_RCVBUF。" },
    },
    OptionEntry {
        constant: "TCP_CONGESTION",
        level: Level::Tcp,
        form: ValueForm::Text("reno"),
        kinds: &[OptionKind::Tcp],
        limits: &[
            Limit { file: "net/ipv4/tcp_allowed_congestion_control", role: LimitRole::Choice },
            Limit { file: "net/ipv4/tcp_congestion_control", role: LimitRole::Default },
        ],
        privilege: None,
        en: OptionText {
            does: "The congestion control algorithm of what this side sends.",
            does_not: "It does not govern what the peer sends. Algorithms that are not in tcp_allowed_congestion_control need \
            CAP_NET_ADMIN.",
        },
        zh: OptionText {
            does: "本端发送所用的拥塞控制算法。",
            does_not: "它管不到对端的发送。不在 tcp_allowed_congestion_control 中的算法需要 CAP_NET_ADMIN。",
        },
    },
    OptionEntry {
        constant: "TCP_FASTOPEN",
        level: Level::Tcp,
        form: ValueForm::Int(Unit::Count, 16),
        kinds: &[OptionKind::Tcp],
        limits: &[Limit { file: "net/ipv4/tcp_fastopen", role: LimitRole::Enables }],
        privilege: None,
        en: OptionText {
            does: "A listener: how many connections with data in the SYN may wait for their handshake.",
            does_not: "It needs bit 2 of net.ipv4.tcp_fastopen on the server; middleboxes often drop such SYNs.",
        },
        zh: OptionText {
            does: "用于监听套接字：最多有多少条在 SYN 中带数据的连接等待完成握手。",
            does_not: "服务端需要 net.ipv4.tcp_fastopen 的第 2 位；中间设备常丢弃这种 SYN。",
        },
    },
    OptionEntry {
        constant: "TCP_FASTOPEN_CONNECT",
        level: Level::Tcp,
        form: ValueForm::Switch,
        kinds: &[OptionKind::Tcp],
        limits: &[Limit { file: "net/ipv4/tcp_fastopen", role: LimitRole::Enables }],
        privilege: None,
        en: OptionText {
            does: "connect returns at once where a cookie is known, and the SYN leaves with the first send.",
            does_not: "Then connect's success says nothing of the peer: the send may be refused.",
        },
        zh: OptionText {
            does: "已有 cookie 时 connect 立即返回，SYN 随第一次 send 发出。",
            does_not: "此时 connect 成功并不说明对端的情况：被拒绝的可能是 send。",
        },
    },
    OptionEntry {
        constant: "TCP_FASTOPEN_KEY",
        level: Level::Tcp,
        form: ValueForm::Structure,
        kinds: &[OptionKind::Tcp],
        limits: &[],
        privilege: None,
        en: OptionText {
            does: "The keys that a listener makes Fast Open cookies with.",
            does_not: "Machines behind one address need the same key.",
        },
        zh: OptionText {
            does: "监听者生成 Fast Open cookie 所用的密钥。", does_not: "同一地址背后的多台机器需要相同的密钥。"
        },
    },
    OptionEntry {
        constant: "TCP_FASTOPEN_NO_COOKIE",
        level: Level::Tcp,
        form: ValueForm::Switch,
        kinds: &[OptionKind::Tcp],
        limits: &[],
        privilege: None,
        en: OptionText { does: "Fast Open without a cookie.", does_not: "Only for networks where nobody forges addresses." },
        zh: OptionText { does: "不用 cookie 的 Fast Open。", does_not: "只适用于没有人伪造地址的网络。" },
    },
    OptionEntry {
        constant: "TCP_INFO",
        level: Level::Tcp,
        form: ValueForm::Structure,
        kinds: &[OptionKind::Tcp],
        limits: &[],
        privilege: None,
        en: OptionText {
            does: "What the kernel counts of a connection: state, times, windows, segments, bytes. netlab's evidence.",
            does_not: "It does not say where a segment ended.",
        },
        zh: OptionText {
            does: "内核对一条连接的统计：状态、时间、窗口、报文段、字节。netlab 的证据即来自于此。",
            does_not: "它不说明每个报文段在哪里结束。",
        },
    },
    OptionEntry {
        constant: "TCP_CC_INFO",
        level: Level::Tcp,
        form: ValueForm::Structure,
        kinds: &[OptionKind::Tcp],
        limits: &[],
        privilege: None,
        en: OptionText { does: "What the congestion control algorithm tells of itself.", does_not: "Not every algorithm tells anything." },
        zh: OptionText { does: "拥塞控制算法自身的信息。", does_not: "并非每种算法都提供。" },
    },
    OptionEntry {
        constant: "TCP_INQ",
        level: Level::Tcp,
        form: ValueForm::Switch,
        kinds: &[OptionKind::Tcp],
        limits: &[],
        privilege: None,
        en: OptionText {
            does: "recvmsg tells how many bytes are still queued behind what it gave.",
            does_not: "It does not say how many messages they are.",
        },
        zh: OptionText { does: "recvmsg 告知取走之后队列里还有多少字节。", does_not: "它不说明那是几条消息。" },
    },
    OptionEntry {
        constant: "TCP_SAVE_SYN",
        level: Level::Tcp,
        form: ValueForm::Switch,
        kinds: &[OptionKind::Tcp],
        limits: &[],
        privilege: None,
        en: OptionText {
            does: "A listener keeps the SYN of each connection, for TCP_SAVED_SYN.",
            does_not: "It concerns connections made after it was set.",
        },
        zh: OptionText {
            does: "监听者保存每条连接的 SYN，供 TCP_SAVED_SYN 读取。", does_not: "只涉及设置之后建立的连接。"
        },
    },
    OptionEntry {
        constant: "TCP_SAVED_SYN",
        level: Level::Tcp,
        form: ValueForm::Structure,
        kinds: &[OptionKind::Tcp],
        limits: &[],
        privilege: None,
        en: OptionText {
            does: "The headers of the SYN with which this connection began.",
            does_not: "It can be read once, and only where TCP_SAVE_SYN was set on the listener.",
        },
        zh: OptionText {
            does: "这条连接开始时 SYN 的首部。", does_not: "只能读一次，而且监听者须先设置 TCP_SAVE_SYN。"
        },
    },
    OptionEntry {
        constant: "TCP_THIN_LINEAR_TIMEOUTS",
        level: Level::Tcp,
        form: ValueForm::Switch,
        kinds: &[OptionKind::Tcp],
        limits: &[Limit { file: "net/ipv4/tcp_thin_linear_timeouts", role: LimitRole::Default }],
        privilege: None,
        en: OptionText {
            does: "A connection with few segments on their way does not double its waits for a retransmission at first.",
            does_not: "It does not help where much is on its way.",
        },
        zh: OptionText {
            does: "在途报文段很少的连接，起初的重传等待时间不翻倍。", does_not: "在途数据多时没有帮助。"
        },
    },
    OptionEntry {
        constant: "TCP_THIN_DUPACK",
        level: Level::Tcp,
        form: ValueForm::Switch,
        kinds: &[OptionKind::Tcp],
        limits: &[],
        privilege: None,
        en: OptionText {
            does: "Formerly: a retransmission after one duplicate acknowledgement.",
            does_not: "Linux accepts it and does nothing since 4.13.",
        },
        zh: OptionText {
            does: "从前的作用：收到一个重复确认就重传。", does_not: "从 4.13 起 Linux 接受它但不起作用。"
        },
    },
    OptionEntry {
        constant: "TCP_TIMESTAMP",
        level: Level::Tcp,
        form: ValueForm::ReadOnly(Unit::Code),
        kinds: &[OptionKind::Tcp],
        limits: &[],
        privilege: None,
        en: OptionText {
            does: "The clock of TCP's timestamps for this connection.",
            does_not: "It is no time of day. It can be set only in repair mode.",
        },
        zh: OptionText {
            does: "这条连接的 TCP 时间戳时钟。", does_not: "它不是日历时间。只能在修复模式下设置。"
        },
    },
    OptionEntry {
        constant: "TCP_MD5SIG",
        level: Level::Tcp,
        form: ValueForm::WriteOnly,
        kinds: &[OptionKind::Tcp],
        limits: &[],
        privilege: None,
        en: OptionText {
            does: "A key with which each segment is signed (RFC 2385), as between routers that speak BGP.",
            does_not: "It encrypts nothing.",
        },
        zh: OptionText {
            does: "为每个报文段签名的密钥（RFC 2385），例如用于 BGP 路由器之间。", does_not: "它不加密。"
        },
    },
    OptionEntry {
        constant: "TCP_MD5SIG_EXT",
        level: Level::Tcp,
        form: ValueForm::WriteOnly,
        kinds: &[OptionKind::Tcp],
        limits: &[],
        privilege: None,
        en: OptionText { does: "As TCP_MD5SIG, for a whole range of peers.", does_not: "It encrypts nothing." },
        zh: OptionText { does: "与 TCP_MD5SIG 相同，适用于一段地址的对端。", does_not: "它不加密。" },
    },
    OptionEntry {
        constant: "TCP_REPAIR",
        level: Level::Tcp,
        form: ValueForm::Switch,
        kinds: &[OptionKind::Tcp],
        limits: &[],
        privilege: Some("CAP_NET_ADMIN"),
        en: OptionText {
            does: "A connection can be taken apart and put together again, on this or another machine.",
            does_not: "It is for moving containers, not for programs.",
        },
        zh: OptionText {
            does: "可以拆下一条连接并在本机或别的机器上重建。", does_not: "用于迁移容器，不是给普通程序用的。"
        },
    },
    OptionEntry {
        constant: "TCP_ULP",
        level: Level::Tcp,
        form: ValueForm::Text("tls"),
        kinds: &[OptionKind::Tcp],
        limits: &[],
        privilege: None,
        en: OptionText {
            does: "Puts a protocol above TCP into the kernel, such as tls; on a connection only, else ENOTCONN.",
            does_not: "It does no handshake: that stays with the program.",
        },
        zh: OptionText {
            does: "把 TCP 之上的协议放进内核，例如 tls；只能用于已建立的连接，否则是 ENOTCONN。",
            does_not: "它不做握手：那仍由程序完成。",
        },
    },
    OptionEntry {
        constant: "TCP_ZEROCOPY_RECEIVE",
        level: Level::Tcp,
        form: ValueForm::Pointers,
        kinds: &[OptionKind::Tcp],
        limits: &[],
        privilege: None,
        en: OptionText {
            does: "Maps received pages into the program rather than copying them.",
            does_not: "It works only for whole pages.",
        },
        zh: OptionText { does: "把收到的页映射给程序，而不是复制。", does_not: "只对整页有效。" },
    },
];
