//! It is not allowed.

use crate::catalogue::entry::{ErrorEntry, ErrorText, Origin};

pub(super) const ERRORS: &[ErrorEntry] = &[
    ErrorEntry {
        name: "EACCES",
        aliases: &[],
        origin: Origin::Call,
        linux: Some(13),
        macos: Some(13),
        windows: Some(10013),
        windows_name: Some("WSAEACCES"),
        python: "PermissionError",
        messages: &["Permission denied", "An attempt was made to access a socket in a way forbidden by its access permissions"],
        calls: &["socket", "bind", "connect", "send"],
        see: &["EPERM", "SO_BROADCAST"],
        en: ErrorText {
            meaning: "It is not allowed for this user, or not without an option. On Windows (10013) the port is often reserved or held \
            exclusively by another program.",
            causes: &[
                "bind to a port below 1,024 without CAP_NET_BIND_SERVICE (net.ipv4.ip_unprivileged_port_start says where it begins).",
                "A datagram to a broadcast address without SO_BROADCAST.",
                "A Unix socket's file without write permission, or a folder on its path without search permission.",
                "SELinux, AppArmor, or a route of the kind \"prohibit\".",
                "Windows: a port range reserved by Hyper-V (`netsh interface ipv4 show excludedportrange tcp`), or SO_EXCLUSIVEADDRUSE.",
            ],
            remedies: &[
                "For a low port: `setcap cap_net_bind_service=+ep PROGRAM`, socket activation by systemd, or a higher port behind a \
                proxy.",
                "For a Unix socket: `namei -l PATH` shows every step of the path with its permissions.",
            ],
        },
        zh: ErrorText {
            meaning: "不允许该用户这样做，或者缺少某个选项。Windows 上（10013）往往是端口被保留，或者被别的程序独占。",
            causes: &[
                "没有 CAP_NET_BIND_SERVICE 就绑定 1,024 以下的端口（起点见 net.ipv4.ip_unprivileged_port_start）。",
                "没有设置 SO_BROADCAST 就向广播地址发送数据报。",
                "对 Unix 套接字的文件没有写权限，或者对路径上某个目录没有搜索权限。",
                "SELinux、AppArmor，或者 prohibit 类型的路由。",
                "Windows：端口段被 Hyper-V 保留（`netsh interface ipv4 show excludedportrange tcp`），或者设置了 SO_EXCLUSIVEADDRUSE。",
            ],
            remedies: &[
                "低端口：`setcap cap_net_bind_service=+ep PROGRAM`，由 systemd 传入套接字，或者在代理后面用高端口。",
                "Unix 套接字：`namei -l PATH` 列出路径的每一级及其权限。",
            ],
        },
    },
    ErrorEntry {
        name: "EPERM",
        aliases: &[],
        origin: Origin::Call,
        linux: Some(1),
        macos: Some(1),
        windows: None,
        windows_name: None,
        python: "PermissionError",
        messages: &["Operation not permitted"],
        calls: &["socket", "setsockopt", "connect", "send", "accept"],
        see: &["EACCES"],
        en: ErrorText {
            meaning: "A privilege is missing, or a firewall rule of this machine forbids it.",
            causes: &[
                "A raw or packet socket without CAP_NET_RAW: ping, scanners, packet capture.",
                "An option that needs CAP_NET_ADMIN: SO_RCVBUFFORCE, SO_MARK, a priority above 6, IP_TRANSPARENT.",
                "This machine's own firewall drops outgoing packets (OUTPUT chain, DROP): sendto says EPERM.",
                "A container's seccomp filter forbids the call.",
            ],
            remedies: &[
                "Give the program the one capability that it needs: `setcap cap_net_raw+ep PROGRAM`; in a container `--cap-add NET_RAW`.",
                "For an outgoing firewall: `nft list ruleset` or `iptables -L OUTPUT -v`, whose counters tell which rule it was.",
            ],
        },
        zh: ErrorText {
            meaning: "缺少某种特权，或者本机的防火墙规则禁止。",
            causes: &[
                "没有 CAP_NET_RAW 就使用原始套接字或 packet 套接字：ping、扫描器、抓包。",
                "设置需要 CAP_NET_ADMIN 的选项：SO_RCVBUFFORCE、SO_MARK、大于 6 的优先级、IP_TRANSPARENT。",
                "本机防火墙丢弃外发的数据包（OUTPUT 链，DROP）：sendto 返回 EPERM。",
                "容器的 seccomp 过滤器禁止该调用。",
            ],
            remedies: &[
                "只给程序所需的那一项能力：`setcap cap_net_raw+ep PROGRAM`；容器用 `--cap-add NET_RAW`。",
                "外发防火墙：`nft list ruleset` 或 `iptables -L OUTPUT -v`，从计数可以看出是哪条规则。",
            ],
        },
    },
    ErrorEntry {
        name: "EROFS",
        aliases: &[],
        origin: Origin::Call,
        linux: Some(30),
        macos: Some(30),
        windows: None,
        windows_name: None,
        python: "OSError",
        messages: &["Read-only file system"],
        calls: &["bind"],
        see: &["EACCES"],
        en: ErrorText {
            meaning: "A Unix socket makes a file when it is bound, and that file system is read-only.",
            causes: &["A container with a read-only root; a disk that was mounted read-only after an error."],
            remedies: &["Bind below /run or /tmp, or mount a writable folder there."],
        },
        zh: ErrorText {
            meaning: "Unix 套接字绑定时会创建文件，而该文件系统是只读的。",
            causes: &["根目录只读的容器；出错之后被只读挂载的磁盘。"],
            remedies: &["绑定到 /run 或 /tmp 下，或者在那里挂载可写的目录。"],
        },
    },
];
