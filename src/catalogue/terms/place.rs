//! Addresses and names.

use crate::catalogue::term::{Term, TermText};

pub(super) const TERMS: &[Term] = &[
    Term {
        aliases: &["sockets", "BSD socket"],
        see: &["port", "four-tuple", "blocking"],
        scenarios: &["sticky/three-sends"],
        en: TermText {
            name: "socket",
            meaning: "A program's handle on a connection, a listener or a datagram port: a descriptor with two queues in the kernel \
            behind it, one of bytes to be sent and one of bytes to be read.",
            advice: "`netlab sockets` shows those of this machine; `netlab options` what can be set on one.",
        },
        zh: TermText {
            name: "套接字",
            meaning: "程序操作连接、监听者或数据报端口的句柄：一个描述符，背后是内核里的两个队列，一个存放待发送的字节，一个存放待读取的\
            字节。",
            advice: "`netlab sockets` 显示本机的套接字；`netlab options` 显示可以设置的选项。",
        },
    },
    Term {
        aliases: &["port number", "端口号"],
        see: &["ephemeral-port", "four-tuple", "EADDRINUSE", "EACCES"],
        scenarios: &["connect/address-in-use"],
        en: TermText {
            name: "port",
            meaning: "A number from 1 to 65535 that tells the sockets of one address apart, for TCP and UDP each. Binding port 0 asks the \
            kernel to choose. Ports below 1,024 need a privilege on most systems.",
            advice: "`netlab sockets --port N` shows who has one.",
        },
        zh: TermText {
            name: "端口",
            meaning: "1 到 65535 的数字，用来区分同一地址上的套接字，TCP 和 UDP 各自独立。绑定端口 0 表示由内核挑选。多数系统上 1,024 以\
            下的端口需要特权。",
            advice: "`netlab sockets --port N` 显示是谁占用。",
        },
    },
    Term {
        aliases: &["ephemeral ports", "port exhaustion", "端口耗尽", "local port range", "ip_local_port_range"],
        see: &["EADDRNOTAVAIL", "EADDRINUSE", "TIME_WAIT"],
        scenarios: &["connect/address-not-available"],
        en: TermText {
            name: "ephemeral-port",
            meaning: "The port that the kernel chooses when a program does not say, from net.ipv4.ip_local_port_range (32768 to 60999 on \
            Linux). They are counted for each destination, so one client can have about 28,000 connections to one server's port.",
            advice: "Keep connections; if the client binds an address, set IP_BIND_ADDRESS_NO_PORT.",
        },
        zh: TermText {
            name: "临时端口",
            meaning: "程序没有指定时由内核挑选的端口，范围是 net.ipv4.ip_local_port_range（Linux 上 32768 到 60999）。按目的地分别计算，\
            所以一个客户端到同一服务端口大约可有 28,000 条连接。",
            advice: "保持连接；客户端若要绑定地址，设置 IP_BIND_ADDRESS_NO_PORT。",
        },
    },
    Term {
        aliases: &["4-tuple", "five-tuple", "五元组", "connection identity"],
        see: &["ephemeral-port", "port"],
        scenarios: &["lifecycle/two-listeners"],
        en: TermText {
            name: "four-tuple",
            meaning: "A connection is known by four numbers: the addresses and ports of both ends. Many connections share the server's \
            port because the clients' sides differ.",
            advice: "A server's port does not run out; a client's can.",
        },
        zh: TermText {
            name: "四元组",
            meaning: "一条连接由四个数确定：两端的地址和端口。许多连接共用服务端的一个端口，因为客户端一侧不同。",
            advice: "服务端的端口不会用尽，客户端的会。",
        },
    },
    Term {
        aliases: &["0.0.0.0", "INADDR_ANY", "any address", "::", "bind all"],
        see: &["loopback", "dual-stack", "EADDRINUSE"],
        scenarios: &["lifecycle/two-listeners"],
        en: TermText {
            name: "wildcard address",
            meaning: "`0.0.0.0` and `::` stand for every address of this machine. Bound to it, a server is reached from everywhere that a \
            firewall allows. As a destination Linux takes it for the loopback; other systems refuse it.",
            advice: "Bind 127.0.0.1 for what only this machine may use.",
        },
        zh: TermText {
            name: "通配地址",
            meaning: "`0.0.0.0` 和 `::` 代表本机的所有地址。绑定它的服务端，凡防火墙允许之处都能到达。作为目的地址，Linux 把它当作回环；\
            其他系统会拒绝。",
            advice: "只供本机使用的服务，绑定 127.0.0.1。",
        },
    },
    Term {
        aliases: &["localhost", "127.0.0.1", "::1", "本机回环"],
        see: &["wildcard address", "dual-stack", "MTU"],
        scenarios: &["beliefs/loopback-does-not-split", "beliefs/udp-reliable-on-loopback"],
        en: TermText {
            name: "loopback",
            meaning: "The network inside one machine: 127.0.0.0/8 and ::1. Its packets never leave, its MTU is large, it loses hardly \
            anything. `localhost` is a name for both families, so a server that listens on one of them is refused on the other. In a \
            container it is the container's own.",
            advice: "What works there may fail on a network: test with small MTU, delay and loss.",
        },
        zh: TermText {
            name: "回环",
            meaning: "一台机器内部的网络：127.0.0.0/8 和 ::1。数据包从不离开本机，MTU 很大，几乎不丢包。`localhost` 同时对应两种地址族，\
            服务端只监听其中一种，用另一种连接就会被拒绝。在容器里，它是容器自己的。",
            advice: "在回环上正常的，到网络上可能出错：要用小 MTU、延迟和丢包来测试。",
        },
    },
    Term {
        aliases: &["IPv4-mapped", "v4-mapped", "::ffff:", "IPV6_V6ONLY"],
        see: &["IPV6_V6ONLY", "happy-eyeballs", "EADDRINUSE"],
        scenarios: &["connect/refused"],
        en: TermText {
            name: "dual-stack",
            meaning: "A socket bound to `::` takes IPv4 as well on Linux, with addresses such as ::ffff:192.0.2.1, unless IPV6_V6ONLY is \
            set. On Windows and the BSDs it is set by default.",
            advice: "Set IPV6_V6ONLY yourself, one way or the other, and listen on both families.",
        },
        zh: TermText {
            name: "双栈",
            meaning: "在 Linux 上，绑定 `::` 的套接字也接受 IPv4，地址形如 ::ffff:192.0.2.1，除非设置了 IPV6_V6ONLY。Windows 和 BSD 上默\
            认设置了它。",
            advice: "自己明确设置 IPV6_V6ONLY，并在两种地址族上都监听。",
        },
    },
    Term {
        aliases: &["RFC 8305", "RFC 6555", "happyeyeballs"],
        see: &["dual-stack", "ENETUNREACH"],
        scenarios: &["connect/unreachable"],
        en: TermText {
            name: "happy-eyeballs",
            meaning: "A client tries the addresses of a name one after the other, a short time apart (250 ms), and takes the first that \
            answers, so that broken IPv6 does not cost a timeout (RFC 8305). Browsers do it; a plain loop over getaddrinfo does not.",
            advice: "`netlab connect` does it, and `--all` tries every address.",
        },
        zh: TermText {
            name: "Happy Eyeballs（双栈竞速）",
            meaning: "客户端对一个名字的多个地址，相隔片刻（250 毫秒）依次尝试，取最先应答的一个，这样 IPv6 不通也不必等到超时（RFC 8305）。\
            浏览器这样做，普通的 getaddrinfo 循环则不会。",
            advice: "`netlab connect` 就是这样做的，`--all` 则逐一尝试所有地址。",
        },
    },
    Term {
        aliases: &["icmp message", "port unreachable", "destination unreachable", "端口不可达"],
        see: &["ECONNREFUSED", "EHOSTUNREACH", "ENETUNREACH"],
        scenarios: &["connect/udp-refused"],
        en: TermText {
            name: "ICMP",
            meaning: "How routers and hosts say why a packet was not delivered. For TCP and for connected UDP sockets Linux turns the \
            messages into errors of the next call: port unreachable into ECONNREFUSED, host unreachable into EHOSTUNREACH. An unconnected \
            UDP socket does not get them unless it asks (IP_RECVERR).",
            advice: "Connect a UDP socket to hear of a closed port. Silence means nothing: firewalls drop ICMP too.",
        },
        zh: TermText {
            name: "ICMP 报文",
            meaning: "路由器和主机用它说明数据包为何没有送达。对 TCP 和已连接的 UDP 套接字，Linux 把它变成下一次调用的错误：端口不可达变\
            成 ECONNREFUSED，主机不可达变成 EHOSTUNREACH。未连接的 UDP 套接字收不到，除非要求接收（IP_RECVERR）。",
            advice: "想得知端口关闭，就先 connect 这个 UDP 套接字。没有回音不说明任何问题：防火墙也会丢弃 ICMP。",
        },
    },
    Term {
        aliases: &["AF_UNIX", "unix domain socket", "UDS", "Unix套接字", "本地套接字", "abstract address"],
        see: &["ENOENT", "EADDRINUSE", "EPROTOTYPE"],
        scenarios: &["framing/seqpacket"],
        en: TermText {
            name: "unix-socket",
            meaning: "Sockets between processes of one machine, under a path or an abstract name. Streams, datagrams (that are not lost) \
            and SOCK_SEQPACKET, which has connections and keeps messages apart. A full queue makes the sender wait.",
            advice: "The path has room for 108 bytes; remove the file before binding again; permissions are those of the file.",
        },
        zh: TermText {
            name: "Unix 域套接字",
            meaning: "同一台机器上进程之间的套接字，以路径或抽象名字为地址。有流、数据报（不会丢失），以及既有连接又保留消息边界的 \
            SOCK_SEQPACKET。队列满时发送方等待。",
            advice: "路径最多 108 字节；再次绑定前先删除文件；权限就是该文件的权限。",
        },
    },
    Term {
        aliases: &["gaierror", "socket.gaierror", "resolver", "name resolution", "DNS", "EAI", "解析", "名字解析"],
        see: &["EAI_NONAME", "EAI_AGAIN", "EAI_NODATA", "happy-eyeballs"],
        scenarios: &[],
        en: TermText {
            name: "getaddrinfo",
            meaning: "Turns a name and a service into addresses, by the hosts file, DNS and what else this machine is configured for. It \
            has error numbers of its own, EAI_NONAME and so on: negative on Linux, small and positive on macOS, above 11000 on Windows. \
            Python raises them as socket.gaierror, a kind of OSError, so `[Errno -2]` and `[Errno 8]` are not system calls' errors there.",
            advice: "`netlab explain errors` lists them; `getent ahosts NAME` asks in the same way as a program.",
        },
        zh: TermText {
            name: "域名解析",
            meaning: "把名字和服务变成地址，依据 hosts 文件、DNS 以及本机配置的其他来源。它有自己的错误号，如 EAI_NONAME：Linux 上为负数，\
            macOS 上为小的正数，Windows 上大于 11000。Python 以 socket.gaierror（OSError 的一种）抛出，所以那里的 `[Errno -2]`、`[Errno \
            8]` 不是系统调用的错误。",
            advice: "`netlab explain errors` 列出全部；`getent ahosts NAME` 用与程序相同的方式查询。",
        },
    },
];
