//! The address is not to be had, or does not fit.

use crate::catalogue::entry::{ErrorEntry, ErrorText, Origin};

pub(super) const ERRORS: &[ErrorEntry] = &[
    ErrorEntry {
        name: "EADDRINUSE",
        aliases: &[],
        origin: Origin::Call,
        linux: Some(98),
        macos: Some(48),
        windows: Some(10048),
        windows_name: Some("WSAEADDRINUSE"),
        python: "OSError",
        messages: &[
            "Address already in use",
            "Only one usage of each socket address (protocol/network address/port) is normally permitted",
        ],
        calls: &["bind", "listen", "connect"],
        see: &["SO_REUSEADDR", "SO_REUSEPORT", "TIME_WAIT", "ephemeral-port"],
        en: ErrorText {
            meaning: "The address and port are taken. Either a socket is bound there now, or an ended connection from there is in \
            TIME_WAIT, and the sockets did not all have SO_REUSEADDR.",
            causes: &[
                "Another process listens there: an earlier instance of the same program, often.",
                "The server was restarted within a minute and does not set SO_REUSEADDR; connections that it closed are in TIME_WAIT.",
                "A wildcard address (`0.0.0.0`, `::`) collides with a socket bound to one address; `::` takes the IPv4 port as well \
                unless IPV6_V6ONLY is set.",
                "All ephemeral ports are in use, for a bind to port 0.",
                "Of a Unix socket: the file is still there from last time, even if nobody listens.",
            ],
            remedies: &[
                "Find who has it: `netlab sockets --port PORT`, or `ss -tanp`.",
                "A server sets SO_REUSEADDR before bind, always; on Linux it does not allow two listeners.",
                "For several listeners on one port all of them set SO_REUSEPORT.",
                "A Unix server removes its file before bind, after it has made sure that nobody listens there.",
            ],
        },
        zh: ErrorText {
            meaning: "地址和端口已被占用：要么现在有套接字绑定在那里，要么从那里建立过的连接正处于 TIME_WAIT，而相关的套接字没有全部设置 \
            SO_REUSEADDR。",
            causes: &[
                "别的进程在监听，往往就是同一程序的上一个实例。",
                "服务端在一分钟内重启，又没有设置 SO_REUSEADDR；它主动关闭的连接处于 TIME_WAIT。",
                "通配地址（`0.0.0.0`、`::`）与绑定在具体地址上的套接字冲突；没有设置 IPV6_V6ONLY 时，`::` 也占用 IPv4 的同一端口。",
                "绑定端口 0 时，临时端口已经全部用完。",
                "Unix 套接字：上次留下的文件还在，哪怕没有人在监听。",
            ],
            remedies: &[
                "找出是谁占用：`netlab sockets --port PORT`，或 `ss -tanp`。",
                "服务端应当总是在 bind 之前设置 SO_REUSEADDR；在 Linux 上它并不允许两个监听者并存。",
                "要让多个监听者共用一个端口，它们都必须设置 SO_REUSEPORT。",
                "Unix 服务端在确认无人监听之后，先删除旧文件再 bind。",
            ],
        },
    },
    ErrorEntry {
        name: "EADDRNOTAVAIL",
        aliases: &[],
        origin: Origin::Call,
        linux: Some(99),
        macos: Some(49),
        windows: Some(10049),
        windows_name: Some("WSAEADDRNOTAVAIL"),
        python: "OSError",
        messages: &[
            "Cannot assign requested address",
            "Can't assign requested address",
            "The requested address is not valid in its context",
        ],
        calls: &["bind", "connect"],
        see: &["ephemeral-port", "EADDRINUSE", "IP_FREEBIND"],
        en: ErrorText {
            meaning: "From bind: no interface of this machine has that address. From connect: no local port is left for that destination, \
            or the socket's own address and port are already connected there.",
            causes: &[
                "An address of another machine in the configuration, or a public address that only the router or the cloud has (bind the \
                private one, or `0.0.0.0`).",
                "The interface is not up yet when the service starts; an IPv6 address is still being checked for duplicates.",
                "IPv6 is switched off, and `::1` or `::` was asked for.",
                "So many short connections to one destination that all ephemeral ports are in use or in TIME_WAIT.",
            ],
            remedies: &[
                "See which addresses there are: `ip addr`.",
                "Keep connections open and use them again, rather than one for each request; widen net.ipv4.ip_local_port_range as a last \
                resort.",
                "To bind before the address is there, use IP_FREEBIND, or start after the network is up.",
            ],
        },
        zh: ErrorText {
            meaning: "由 bind 返回：本机没有网卡拥有这个地址。由 connect 返回：到该目的地的本地端口已经用完，或者本套接字的地址和端口已经\
            与那里连接着。",
            causes: &[
                "配置里写的是别的机器的地址，或者只有路由器、云平台才有的公网地址（应绑定内网地址或 `0.0.0.0`）。",
                "服务启动时网卡还没有就绪；IPv6 地址还在做重复检测。",
                "IPv6 已关闭，却要用 `::1` 或 `::`。",
                "对同一目的地的短连接太多，临时端口全部在用或处于 TIME_WAIT。",
            ],
            remedies: &[
                "看本机有哪些地址：`ip addr`。",
                "保持连接并重复使用，不要每个请求新建一条；实在不行再放宽 net.ipv4.ip_local_port_range。",
                "要在地址出现之前绑定，用 IP_FREEBIND，或者等网络就绪再启动。",
            ],
        },
    },
    ErrorEntry {
        name: "EAFNOSUPPORT",
        aliases: &[],
        origin: Origin::Call,
        linux: Some(97),
        macos: Some(47),
        windows: Some(10047),
        windows_name: Some("WSAEAFNOSUPPORT"),
        python: "OSError",
        messages: &[
            "Address family not supported by protocol",
            "Address family not supported by protocol family",
            "An address incompatible with the requested protocol was used",
        ],
        calls: &["socket", "socketpair", "connect", "bind", "send"],
        see: &["dual-stack", "EPFNOSUPPORT"],
        en: ErrorText {
            meaning: "The address family does not go with the socket, or this system does not have it: an IPv6 address on an IPv4 socket, \
            or a kernel without IPv6.",
            causes: &[
                "An IPv6 address was given to a socket that was made for IPv4.",
                "IPv6 (or another family) is not built into or switched on in this kernel, or a container's filter forbids it.",
            ],
            remedies: &[
                "Make the socket for the family of the address: take both from one result of getaddrinfo.",
                "Try the next address of the name rather than giving up.",
            ],
        },
        zh: ErrorText {
            meaning: "地址族与套接字不符，或者本系统没有这种地址族：例如在 IPv4 套接字上使用 IPv6 地址，或者内核没有 IPv6。",
            causes: &[
                "把 IPv6 地址交给了为 IPv4 创建的套接字。",
                "内核没有编译或没有启用 IPv6（或其他地址族），或者容器的过滤规则禁止使用。",
            ],
            remedies: &["按地址的族来创建套接字：两者取自 getaddrinfo 的同一条结果。", "不要就此放弃，试试该名字的下一个地址。"],
        },
    },
    ErrorEntry {
        name: "EPFNOSUPPORT",
        aliases: &[],
        origin: Origin::Call,
        linux: Some(96),
        macos: Some(46),
        windows: Some(10046),
        windows_name: Some("WSAEPFNOSUPPORT"),
        python: "OSError",
        messages: &[
            "Protocol family not supported",
            "The protocol family has not been configured into the system or no implementation for it exists",
        ],
        calls: &["socket"],
        see: &["EAFNOSUPPORT"],
        en: ErrorText {
            meaning: "The protocol family is not there. Where Linux says EAFNOSUPPORT, macOS and Windows may say this.",
            causes: &["The family is not installed or switched off."],
            remedies: &["As with EAFNOSUPPORT: take family and address from one result of getaddrinfo."],
        },
        zh: ErrorText {
            meaning: "没有这种协议族。Linux 返回 EAFNOSUPPORT 的地方，macOS 和 Windows 可能返回它。",
            causes: &["该协议族没有安装，或者已关闭。"],
            remedies: &["与 EAFNOSUPPORT 相同：地址族和地址取自 getaddrinfo 的同一条结果。"],
        },
    },
    ErrorEntry {
        name: "EDESTADDRREQ",
        aliases: &[],
        origin: Origin::Call,
        linux: Some(89),
        macos: Some(39),
        windows: Some(10039),
        windows_name: Some("WSAEDESTADDRREQ"),
        python: "OSError",
        messages: &["Destination address required", "A required address was omitted from an operation on a socket"],
        calls: &["send"],
        see: &["ENOTCONN", "datagram"],
        en: ErrorText {
            meaning: "send on a datagram socket that has no peer: the kernel does not know where the datagram is to go.",
            causes: &[
                "send on a UDP socket without connect, or sendto without an address.",
                "connect failed before, and was not looked at.",
            ],
            remedies: &["Use sendto with an address, or connect the UDP socket first."],
        },
        zh: ErrorText {
            meaning: "在没有对端的数据报套接字上调用 send：内核不知道数据报该发往哪里。",
            causes: &["没有 connect 就在 UDP 套接字上 send，或者 sendto 没有给地址。", "先前的 connect 失败了，却没有检查。"],
            remedies: &["用 sendto 并给出地址，或者先 connect 这个 UDP 套接字。"],
        },
    },
    ErrorEntry {
        name: "EPROTOTYPE",
        aliases: &[],
        origin: Origin::Call,
        linux: Some(91),
        macos: Some(41),
        windows: Some(10041),
        windows_name: Some("WSAEPROTOTYPE"),
        python: "OSError",
        messages: &[
            "Protocol wrong type for socket",
            "A protocol was specified in the socket function call that does not support the semantics of the socket type requested",
        ],
        calls: &["connect", "send"],
        see: &["datagram", "EPROTONOSUPPORT"],
        en: ErrorText {
            meaning: "The kinds of the two ends do not match. On Linux: a Unix stream socket was to be connected to a datagram socket's \
            file, or the other way round. On macOS send can give it while the peer is just closing.",
            causes: &["The server's Unix socket is SOCK_DGRAM and the client's is SOCK_STREAM, as with a log daemon's `/dev/log`."],
            remedies: &[
                "See the file's kind: `netlab sockets` or `ss -xl` show whether it is a stream, a datagram or a seqpacket socket.",
                "On macOS treat it like EPIPE when it comes from send.",
            ],
        },
        zh: ErrorText {
            meaning: "两端的套接字类型不一致。Linux 上：把 Unix 流套接字连到了数据报套接字的文件上，或者相反。macOS 上：对端正在关闭时 \
            send 可能返回它。",
            causes: &["服务端的 Unix 套接字是 SOCK_DGRAM，而客户端是 SOCK_STREAM，例如日志守护进程的 `/dev/log`。"],
            remedies: &[
                "查看该文件的类型：`netlab sockets` 或 `ss -xl` 能看出是流、数据报还是 seqpacket。",
                "在 macOS 上由 send 返回时，按 EPIPE 处理。",
            ],
        },
    },
];
