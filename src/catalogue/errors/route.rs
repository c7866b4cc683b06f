//! There is no way to the host.

use crate::catalogue::entry::{ErrorEntry, ErrorText, Origin};

pub(super) const ERRORS: &[ErrorEntry] = &[
    ErrorEntry {
        name: "ENETUNREACH",
        aliases: &[],
        origin: Origin::Call,
        linux: Some(101),
        macos: Some(51),
        windows: Some(10051),
        windows_name: Some("WSAENETUNREACH"),
        python: "OSError",
        messages: &["Network is unreachable", "A socket operation was attempted to an unreachable network"],
        calls: &["connect", "send", "accept"],
        see: &["EHOSTUNREACH", "happy-eyeballs"],
        en: ErrorText {
            meaning: "This machine's routing table has no route to that address, so nothing was sent; or a router answered with an ICMP \
            message \"network unreachable\".",
            causes: &[
                "No default route: the network is down, or the container has none.",
                "The name gave an IPv6 address and this machine has no IPv6 beyond the link.",
                "No route was found in the tables that the rules lead to, or a route of the kind \"throw\" ended the search.",
            ],
            remedies: &[
                "Ask the routing table: `ip route get ADDRESS` (`ip -6 route get`).",
                "Try the next address of the name; `netlab connect -4` tries IPv4 only.",
            ],
        },
        zh: ErrorText {
            meaning: "本机的路由表里没有到该地址的路由，因此什么也没有发出；或者某个路由器回应了 ICMP“网络不可达”。",
            causes: &[
                "没有默认路由：网络没有连上，或者容器没有默认路由。",
                "域名给出的是 IPv6 地址，而本机没有可用的 IPv6 网络。",
                "路由规则所指的各张表里都没有路由，或者 throw 类型的路由结束了查找。",
            ],
            remedies: &[
                "询问路由表：`ip route get ADDRESS`（IPv6 用 `ip -6 route get`）。",
                "试该名字的下一个地址；`netlab connect -4` 只用 IPv4。",
            ],
        },
    },
    ErrorEntry {
        name: "EHOSTUNREACH",
        aliases: &[],
        origin: Origin::Call,
        linux: Some(113),
        macos: Some(65),
        windows: Some(10065),
        windows_name: Some("WSAEHOSTUNREACH"),
        python: "OSError",
        messages: &["No route to host", "A socket operation was attempted to an unreachable host"],
        calls: &["connect", "send", "accept"],
        see: &["ENETUNREACH", "ETIMEDOUT", "ICMP"],
        en: ErrorText {
            meaning: "There is a route, but the host is not to be had: on the local network nobody answered for the address (ARP, or \
            neighbour discovery; after about three seconds), or an ICMP message \"host unreachable\" or \"prohibited\" came back.",
            causes: &[
                "The host is down, or the address is wrong, on the same network.",
                "A firewall rejects with an ICMP message: the default of firewalld, which looks like a missing route.",
                "A router on the way has no route, or its next hop is down.",
                "A route of the kind \"unreachable\" was set on purpose (`ip route get ADDRESS` gives the same error).",
            ],
            remedies: &[
                "`ip neigh` shows FAILED where nobody answered for the address.",
                "At once means a message or a route; after about three seconds, that nobody answered on the link.",
            ],
        },
        zh: ErrorText {
            meaning: "有路由，但到不了主机：在本地网络上没有谁认领该地址（ARP 或邻居发现，约三秒之后），或者收到了 ICMP“主机不可达”或“禁\
            止通信”。",
            causes: &[
                "同一网络内的主机没有开机，或者地址写错。",
                "防火墙用 ICMP 拒绝：这是 firewalld 的默认行为，看起来却像是没有路由。",
                "途中的路由器没有路由，或者它的下一跳不通。",
                "有人特意设置了 unreachable 类型的路由（`ip route get ADDRESS` 会报同样的错误）。",
            ],
            remedies: &[
                "`ip neigh` 中显示 FAILED，说明没有主机认领该地址。",
                "立即返回，是收到了报文或缺少路由；约三秒后返回，是链路上无人应答。",
            ],
        },
    },
    ErrorEntry {
        name: "ENETDOWN",
        aliases: &[],
        origin: Origin::Call,
        linux: Some(100),
        macos: Some(50),
        windows: Some(10050),
        windows_name: Some("WSAENETDOWN"),
        python: "OSError",
        messages: &["Network is down", "A socket operation encountered a dead network"],
        calls: &["connect", "send", "bind", "accept"],
        see: &["ENETUNREACH"],
        en: ErrorText {
            meaning: "The interface that the packet would leave by is down.",
            causes: &[
                "The cable, the wireless network or the VPN is off; the interface was taken down.",
                "A socket bound to a device (SO_BINDTODEVICE) whose interface went down.",
            ],
            remedies: &["`ip link` shows the state of each interface."],
        },
        zh: ErrorText {
            meaning: "数据包要经过的网卡处于关闭状态。",
            causes: &["网线、无线网络或 VPN 断开；网卡被停用。", "套接字绑定在某个设备上（SO_BINDTODEVICE），而该网卡已停用。"],
            remedies: &["`ip link` 显示每个网卡的状态。"],
        },
    },
    ErrorEntry {
        name: "EHOSTDOWN",
        aliases: &[],
        origin: Origin::Call,
        linux: Some(112),
        macos: Some(64),
        windows: Some(10064),
        windows_name: Some("WSAEHOSTDOWN"),
        python: "OSError",
        messages: &["Host is down", "A socket operation failed because the destination host is down"],
        calls: &["connect", "send", "accept"],
        see: &["EHOSTUNREACH"],
        en: ErrorText {
            meaning: "The host on the local network does not answer. macOS gives it where Linux says EHOSTUNREACH; on Linux it is rare \
            (accept may pass it on from the network).",
            causes: &["The host is switched off or asleep, or has left the network."],
            remedies: &[
                "As with EHOSTUNREACH: look whether the address is right, whether it answers a ping, and whether `arp -a` knows it.",
            ],
        },
        zh: ErrorText {
            meaning: "本地网络上的主机没有应答。Linux 返回 EHOSTUNREACH 的地方，macOS 会返回它；在 Linux 上很少见（accept 可能转达来自网\
            络的这个错误）。",
            causes: &["主机已关机、休眠，或者离开了网络。"],
            remedies: &["与 EHOSTUNREACH 相同：地址对不对，ping 有没有应答，`arp -a` 里有没有它。"],
        },
    },
    ErrorEntry {
        name: "ENONET",
        aliases: &[],
        origin: Origin::Call,
        linux: Some(64),
        macos: None,
        windows: None,
        windows_name: None,
        python: "OSError",
        messages: &["Machine is not on the network"],
        calls: &["accept"],
        see: &["ECONNABORTED", "EHOSTUNREACH"],
        en: ErrorText {
            meaning: "An ICMP message \"source host isolated\", which accept passes on for a connection that ended in the queue. Hardly \
            ever seen.",
            causes: &["A router sent that message (RFC 1122 calls it obsolete)."],
            remedies: &["In an accept loop treat it like EAGAIN: go on with the next connection."],
        },
        zh: ErrorText {
            meaning: "对应 ICMP“源主机被隔离”，accept 会为队列中已结束的连接转达它。几乎见不到。",
            causes: &["某个路由器发来了这种报文（RFC 1122 已将其视为过时）。"],
            remedies: &["在 accept 循环中按 EAGAIN 处理：继续处理下一条连接。"],
        },
    },
    ErrorEntry {
        name: "ENODEV",
        aliases: &[],
        origin: Origin::Call,
        linux: Some(19),
        macos: Some(19),
        windows: None,
        windows_name: None,
        python: "OSError",
        messages: &["No such device", "Operation not supported by device"],
        calls: &["bind", "setsockopt"],
        see: &["SO_BINDTODEVICE", "ENETDOWN"],
        en: ErrorText {
            meaning: "There is no network interface of that name or number: from SO_BINDTODEVICE, or from bind with a link-local IPv6 \
            address whose scope names none.",
            causes: &[
                "The interface's name is misspelt or has changed (`eth0`, `enp3s0`), or it is in another network namespace.",
                "A link-local address (`fe80::`) without `%interface`, or with the wrong one.",
            ],
            remedies: &["`ip link` lists the interfaces of this namespace."],
        },
        zh: ErrorText {
            meaning: "没有这个名字或编号的网络接口：来自 SO_BINDTODEVICE，或者绑定 IPv6 链路本地地址时，其作用域所指的接口不存在。",
            causes: &[
                "接口名写错或已改变（`eth0`、`enp3s0`），或者它在另一个网络命名空间里。",
                "链路本地地址（`fe80::`）没有带 `%接口`，或者带错了。",
            ],
            remedies: &["`ip link` 列出本命名空间的接口。"],
        },
    },
];
