//! The call does not fit the socket, or its arguments are wrong.

use crate::catalogue::entry::{ErrorEntry, ErrorText, Origin};

pub(super) const ERRORS: &[ErrorEntry] = &[
    ErrorEntry {
        name: "EINVAL",
        aliases: &[],
        origin: Origin::Call,
        linux: Some(22),
        macos: Some(22),
        windows: Some(10022),
        windows_name: Some("WSAEINVAL"),
        python: "OSError",
        messages: &["Invalid argument", "An invalid argument was supplied"],
        calls: &["socket", "bind", "listen", "accept", "connect", "send", "recv", "shutdown", "getsockopt", "getsockname", "getpeername"],
        see: &["EOPNOTSUPP", "ENOPROTOOPT"],
        en: ErrorText {
            meaning: "An argument is wrong, or the socket is in the wrong state for this call. It is the kernel's most general complaint, \
            so the call matters more than the code.",
            causes: &[
                "bind on a socket that is bound already.",
                "accept on a socket that does not listen.",
                "listen on a socket that is already connected.",
                "connect, or a send over UDP, to an address whose route is of the kind \"blackhole\" (`ip route get ADDRESS` gives the same \
                error).",
                "The length of the address does not fit its family; a link-local IPv6 address without its scope.",
                "A UDP datagram is sent to port 0; an option's value has the wrong length or is out of its range; unknown flags.",
            ],
            remedies: &[
                "Look at the calls before it: `strace -f -e trace=network PROGRAM` shows each with its arguments.",
                "One socket is bound once, and then either listens or connects.",
            ],
        },
        zh: ErrorText {
            meaning: "参数有误，或者套接字的状态不适合这个调用。这是内核最笼统的抱怨，所以要看是哪个调用，而不是只看错误码。",
            causes: &[
                "在已经绑定的套接字上再次 bind。",
                "在没有监听的套接字上 accept。",
                "在已连接的套接字上 listen。",
                "connect 或 UDP 发送的目的地址对应 blackhole 类型的路由（`ip route get ADDRESS` 会报同样的错误）。",
                "地址长度与地址族不符；IPv6 链路本地地址没有带作用域。",
                "向端口 0 发送 UDP 数据报；选项值的长度不对或超出范围；未知的标志。",
            ],
            remedies: &[
                "看它之前的调用：`strace -f -e trace=network PROGRAM` 会列出每次调用及其参数。",
                "一个套接字只绑定一次，之后要么监听，要么连接。",
            ],
        },
    },
    ErrorEntry {
        name: "EMSGSIZE",
        aliases: &[],
        origin: Origin::Call,
        linux: Some(90),
        macos: Some(40),
        windows: Some(10040),
        windows_name: Some("WSAEMSGSIZE"),
        python: "OSError",
        messages: &[
            "Message too long",
            "A message sent on a datagram socket was larger than the internal message buffer or some other network limit",
        ],
        calls: &["send"],
        see: &["datagram", "MTU", "SO_SNDBUF"],
        en: ErrorText {
            meaning: "The message cannot leave in one piece, and a datagram is never cut in two by the socket. Nothing was sent. Windows \
            also gives it to recv when a datagram is longer than the buffer; Linux then cuts it in silence.",
            causes: &[
                "A UDP datagram of more than 65,507 bytes over IPv4 (65,535 less 20 and 8 bytes of headers; 65,527 over IPv6).",
                "It is longer than the path's MTU, and must not be fragmented (IP_MTU_DISCOVER).",
                "A Unix datagram is longer than the send buffer.",
            ],
            remedies: &[
                "Cut the data yourself, to about 1,200 bytes of payload on the internet, or use TCP.",
                "For Unix datagrams raise SO_SNDBUF, or use a stream.",
            ],
        },
        zh: ErrorText {
            meaning: "这条消息无法整个发出，而套接字从不把一个数据报拆成两个。什么也没有发送。Windows 上 recv 的缓冲区小于数据报时也会给\
            出它；Linux 则悄悄截断。",
            causes: &[
                "IPv4 上的 UDP 数据报超过 65,507 字节（65,535 减去 20 和 8 字节的首部；IPv6 上是 65,527）。",
                "它超过了路径 MTU，又不允许分片（IP_MTU_DISCOVER）。",
                "Unix 数据报超过了发送缓冲区。",
            ],
            remedies: &[
                "自己切分数据，在互联网上每个载荷约 1,200 字节，或者改用 TCP。",
                "对 Unix 数据报，增大 SO_SNDBUF，或改用流套接字。",
            ],
        },
    },
    ErrorEntry {
        name: "EFAULT",
        aliases: &[],
        origin: Origin::Call,
        linux: Some(14),
        macos: Some(14),
        windows: Some(10014),
        windows_name: Some("WSAEFAULT"),
        python: "OSError",
        messages: &["Bad address", "The system detected an invalid pointer address in attempting to use a pointer argument in a call"],
        calls: &["bind", "accept", "connect", "send", "recv", "getsockopt", "getsockname", "getpeername", "socketpair"],
        see: &["EINVAL"],
        en: ErrorText {
            meaning: "A pointer that the call was given does not lead to memory of this process. Programs in Python, Rust, Go or Java \
            cannot do that without unsafe code, so it points to a bug in C or in a binding. No scenario shows it: netlab is such a \
            program. Windows also says it when the length given for an address is too small.",
            causes: &["A pointer to memory that was freed, or never given out.", "The length of a buffer is wrong, and reaches beyond it."],
            remedies: &["Run it under valgrind or with -fsanitize=address."],
        },
        zh: ErrorText {
            meaning: "传给调用的指针没有指向本进程的内存。用 Python、Rust、Go、Java 编写的程序不借助不安全代码做不到这一点，所以问题在 C \
            代码或某个绑定库里。没有场景演示它：netlab 也是这样的程序。Windows 在地址长度给得太小时也会返回它。",
            causes: &["指针指向已经释放或从未分配的内存。", "缓冲区长度写错，超出了它的范围。"],
            remedies: &["用 valgrind 运行，或以 -fsanitize=address 编译。"],
        },
    },
    ErrorEntry {
        name: "EBADF",
        aliases: &[],
        origin: Origin::Call,
        linux: Some(9),
        macos: Some(9),
        windows: Some(10009),
        windows_name: Some("WSAEBADF"),
        python: "OSError",
        messages: &["Bad file descriptor", "The file handle supplied is not valid"],
        calls: &["bind", "listen", "accept", "connect", "send", "recv", "shutdown", "close", "getsockopt", "getsockname", "getpeername"],
        see: &["ENOTSOCK"],
        en: ErrorText {
            meaning: "The number is not an open descriptor of this process. On Windows a closed socket gives WSAENOTSOCK (10038) instead.",
            causes: &[
                "The socket was closed, here or by another thread, and is still used.",
                "It was closed twice, and its number has been given to something else in between: then the wrong socket is hit, without \
                any error.",
                "Python: the socket object was garbage collected or `detach`ed.",
            ],
            remedies: &[
                "Find the close: `strace -f -e trace=network,close PROGRAM`.",
                "Give every descriptor one owner that closes it, after the last user has ended. To wake another thread up, use shutdown.",
            ],
        },
        zh: ErrorText {
            meaning: "这个数字不是本进程打开的描述符。Windows 上，已关闭的套接字给出的是 WSAENOTSOCK（10038）。",
            causes: &[
                "套接字已在本处或别的线程中关闭，却仍在使用。",
                "关闭了两次，其间这个号码已经分给别的东西：这样会误伤别的套接字，而且没有任何错误。",
                "Python：套接字对象已被回收，或调用过 `detach`。",
            ],
            remedies: &[
                "找出关闭它的地方：`strace -f -e trace=network,close PROGRAM`。",
                "每个描述符只有一个所有者，由它在最后一个使用者结束后关闭。要唤醒别的线程，用 shutdown。",
            ],
        },
    },
    ErrorEntry {
        name: "ENOTSOCK",
        aliases: &[],
        origin: Origin::Call,
        linux: Some(88),
        macos: Some(38),
        windows: Some(10038),
        windows_name: Some("WSAENOTSOCK"),
        python: "OSError",
        messages: &["Socket operation on non-socket", "An operation was attempted on something that is not a socket"],
        calls: &["bind", "listen", "accept", "connect", "send", "recv", "shutdown", "getsockopt", "getsockname", "getpeername"],
        see: &["EBADF"],
        en: ErrorText {
            meaning: "The descriptor is open, but it is a file, a pipe or a terminal. On Windows this is also what a closed socket gives.",
            causes: &[
                "The wrong variable, or a number that was closed and given out again for a file.",
                "A program that expects a socket from its supervisor (inetd, systemd) was started by hand.",
            ],
            remedies: &["`ls -l /proc/PID/fd` shows what each descriptor is."],
        },
        zh: ErrorText {
            meaning: "描述符是打开的，但它是文件、管道或终端。在 Windows 上，已关闭的套接字也会给出它。",
            causes: &["用错了变量，或者号码关闭之后又分给了文件。", "程序期望由管理者（inetd、systemd）传入套接字，却被手工启动。"],
            remedies: &["`ls -l /proc/PID/fd` 显示每个描述符是什么。"],
        },
    },
    ErrorEntry {
        name: "EOPNOTSUPP",
        aliases: &[],
        origin: Origin::Call,
        linux: Some(95),
        macos: Some(102),
        windows: Some(10045),
        windows_name: Some("WSAEOPNOTSUPP"),
        python: "OSError",
        messages: &[
            "Operation not supported",
            "Operation not supported on socket",
            "The attempted operation is not supported for the type of object referenced",
        ],
        calls: &["listen", "accept", "send", "recv", "socketpair"],
        see: &["ENOPROTOOPT", "EINVAL", "oob"],
        en: ErrorText {
            meaning: "This kind of socket does not have that call or flag.",
            causes: &[
                "listen or accept on a UDP socket: datagrams have no connections to accept.",
                "MSG_OOB on a datagram socket.",
                "An option of TCP on a Unix socket.",
            ],
            remedies: &["Check the socket's kind: SOCK_STREAM for listen and accept.", "A UDP server only binds, and then receives."],
        },
        zh: ErrorText {
            meaning: "这种套接字没有该调用或标志。",
            causes: &[
                "在 UDP 套接字上 listen 或 accept：数据报没有连接可接受。",
                "在数据报套接字上使用 MSG_OOB。",
                "在 Unix 套接字上设置 TCP 的选项。",
            ],
            remedies: &["检查套接字类型：listen 和 accept 需要 SOCK_STREAM。", "UDP 服务端只需 bind，然后接收。"],
        },
    },
    ErrorEntry {
        name: "ENOPROTOOPT",
        aliases: &[],
        origin: Origin::Call,
        linux: Some(92),
        macos: Some(42),
        windows: Some(10042),
        windows_name: Some("WSAENOPROTOOPT"),
        python: "OSError",
        messages: &[
            "Protocol not available",
            "Bad protocol option",
            "An unknown, invalid, or unsupported option or level was specified in a getsockopt or setsockopt call",
        ],
        calls: &["getsockopt", "setsockopt", "accept"],
        see: &["EOPNOTSUPP", "EINVAL"],
        en: ErrorText {
            meaning: "There is no such option at that level, for this kind of socket, in this kernel.",
            causes: &[
                "An option of TCP on a UDP socket, or of IPv6 on an IPv4 socket.",
                "The kernel is older than the option, or the option belongs to another system (SO_NOSIGPIPE is macOS's, \
                SO_EXCLUSIVEADDRUSE is Windows').",
                "The level is wrong: TCP_NODELAY belongs to IPPROTO_TCP, not to SOL_SOCKET.",
            ],
            remedies: &["`netlab options --kind tcp` (udp, unix) lists those that exist here, with what the kernel makes of them."],
        },
        zh: ErrorText {
            meaning: "在这个内核里，这种套接字在该层级上没有这样的选项。",
            causes: &[
                "在 UDP 套接字上设置 TCP 的选项，或在 IPv4 套接字上设置 IPv6 的选项。",
                "内核比该选项旧，或者选项属于别的系统（SO_NOSIGPIPE 是 macOS 的，SO_EXCLUSIVEADDRUSE 是 Windows 的）。",
                "层级写错：TCP_NODELAY 属于 IPPROTO_TCP，而不是 SOL_SOCKET。",
            ],
            remedies: &["`netlab options --kind tcp`（或 udp、unix）列出这里存在的选项，以及内核如何处理它们。"],
        },
    },
    ErrorEntry {
        name: "EPROTONOSUPPORT",
        aliases: &[],
        origin: Origin::Call,
        linux: Some(93),
        macos: Some(43),
        windows: Some(10043),
        windows_name: Some("WSAEPROTONOSUPPORT"),
        python: "OSError",
        messages: &[
            "Protocol not supported",
            "The requested protocol has not been configured into the system, or no implementation for it exists",
        ],
        calls: &["socket", "socketpair", "accept"],
        see: &["ESOCKTNOSUPPORT", "EPROTOTYPE"],
        en: ErrorText {
            meaning: "The protocol does not go with the kind of socket, or this kernel does not have it.",
            causes: &[
                "socket(AF_INET, SOCK_STREAM, IPPROTO_UDP): the kind and the protocol contradict each other.",
                "SCTP, MPTCP or another protocol whose module is not loaded or not built.",
            ],
            remedies: &["Leave the protocol at 0: the kind decides it."],
        },
        zh: ErrorText {
            meaning: "协议与套接字类型不符，或者这个内核没有该协议。",
            causes: &["socket(AF_INET, SOCK_STREAM, IPPROTO_UDP)：类型与协议互相矛盾。", "SCTP、MPTCP 等协议的模块没有加载或没有编译。"],
            remedies: &["把协议写成 0，由类型决定。"],
        },
    },
    ErrorEntry {
        name: "ESOCKTNOSUPPORT",
        aliases: &[],
        origin: Origin::Call,
        linux: Some(94),
        macos: Some(44),
        windows: Some(10044),
        windows_name: Some("WSAESOCKTNOSUPPORT"),
        python: "OSError",
        messages: &["Socket type not supported", "The support for the specified socket type does not exist in this address family"],
        calls: &["socket", "accept"],
        see: &["EPROTONOSUPPORT"],
        en: ErrorText {
            meaning: "The address family has no sockets of that kind.",
            causes: &[
                "SOCK_RDM or SOCK_SEQPACKET over IPv4 or IPv6: only few families have them.",
                "The family and the kind were given in the wrong order.",
            ],
            remedies: &["Use SOCK_STREAM or SOCK_DGRAM over IP; SOCK_SEQPACKET exists for Unix sockets."],
        },
        zh: ErrorText {
            meaning: "该地址族没有这种类型的套接字。",
            causes: &["在 IPv4 或 IPv6 上使用 SOCK_RDM、SOCK_SEQPACKET：只有少数地址族才有。", "地址族和类型的顺序写反了。"],
            remedies: &["在 IP 上使用 SOCK_STREAM 或 SOCK_DGRAM；SOCK_SEQPACKET 可用于 Unix 套接字。"],
        },
    },
    ErrorEntry {
        name: "EDOM",
        aliases: &[],
        origin: Origin::Call,
        linux: Some(33),
        macos: Some(33),
        windows: None,
        windows_name: None,
        python: "OSError",
        messages: &["Numerical argument out of domain"],
        calls: &["setsockopt"],
        see: &["SO_RCVTIMEO"],
        en: ErrorText {
            meaning: "A time given to SO_RCVTIMEO or SO_SNDTIMEO is no time: its microseconds are negative or reach a second.",
            causes: &["tv_usec is 1,000,000 or more: 1.5 s is tv_sec 1 and tv_usec 500,000."],
            remedies: &["Split the time into whole seconds and the rest in microseconds."],
        },
        zh: ErrorText {
            meaning: "传给 SO_RCVTIMEO 或 SO_SNDTIMEO 的时间不合法：微秒部分为负，或者达到了一秒。",
            causes: &["tv_usec 达到或超过 1,000,000：1.5 秒应写成 tv_sec 为 1，tv_usec 为 500,000。"],
            remedies: &["把时间拆成整秒和剩余的微秒。"],
        },
    },
];
