//! A limit was reached.

use crate::catalogue::entry::{ErrorEntry, ErrorText, Origin};

pub(super) const ERRORS: &[ErrorEntry] = &[
    ErrorEntry {
        name: "EMFILE",
        aliases: &[],
        origin: Origin::Call,
        linux: Some(24),
        macos: Some(24),
        windows: Some(10024),
        windows_name: Some("WSAEMFILE"),
        python: "OSError",
        messages: &["Too many open files", "Too many open sockets"],
        calls: &["socket", "socketpair", "accept"],
        see: &["ENFILE", "backlog"],
        en: ErrorText {
            meaning: "This process has as many descriptors open as it may (RLIMIT_NOFILE): sockets, files and pipes together.",
            causes: &["Connections are not closed: a leak, slow or fast.", "The limit is low (1,024 is usual) for the number of clients."],
            remedies: &[
                "Count them: `ls /proc/PID/fd | wc -l`; sockets in CLOSE_WAIT are those that the program forgot to close.",
                "Raise the limit: `ulimit -n`, LimitNOFILE= in systemd.",
                "In an accept loop: the connection stays in the queue, so the loop spins. Keep one descriptor in reserve, close it, \
                accept, close, open it again; or stop accepting for a while.",
            ],
        },
        zh: ErrorText {
            meaning: "本进程打开的描述符已达上限（RLIMIT_NOFILE）：套接字、文件、管道一起计算。",
            causes: &["连接没有关闭：或快或慢的泄漏。", "对客户端的数量来说，上限太低（通常是 1,024）。"],
            remedies: &[
                "数一数：`ls /proc/PID/fd | wc -l`；处于 CLOSE_WAIT 的套接字就是程序忘记关闭的。",
                "提高上限：`ulimit -n`，systemd 中是 LimitNOFILE=。",
                "accept 循环中：连接仍留在队列里，循环会空转。可以预留一个描述符，关闭它、accept、关闭连接、再重新打开；或者暂停 accept \
                一会儿。",
            ],
        },
    },
    ErrorEntry {
        name: "ENFILE",
        aliases: &[],
        origin: Origin::Call,
        linux: Some(23),
        macos: Some(23),
        windows: None,
        windows_name: None,
        python: "OSError",
        messages: &["Too many open files in system"],
        calls: &["socket", "socketpair", "accept"],
        see: &["EMFILE"],
        en: ErrorText {
            meaning: "The whole system has as many files open as it may (fs.file-max).",
            causes: &["One process leaks descriptors; or the machine is small for its load."],
            remedies: &["`cat /proc/sys/fs/file-nr` shows how many are open and the limit; `sysctl fs.file-max` sets it."],
        },
        zh: ErrorText {
            meaning: "整个系统打开的文件已达上限（fs.file-max）。",
            causes: &["某个进程在泄漏描述符；或者机器的规模承受不了负载。"],
            remedies: &["`cat /proc/sys/fs/file-nr` 显示已打开的数目和上限；用 `sysctl fs.file-max` 设置。"],
        },
    },
    ErrorEntry {
        name: "ENOBUFS",
        aliases: &[],
        origin: Origin::Call,
        linux: Some(105),
        macos: Some(55),
        windows: Some(10055),
        windows_name: Some("WSAENOBUFS"),
        python: "OSError",
        messages: &[
            "No buffer space available",
            "An operation on a socket could not be performed because the system lacked sufficient buffer space or because a queue was \
            full",
        ],
        calls: &["socket", "accept", "send", "getsockname", "getpeername"],
        see: &["ENOMEM", "ephemeral-port", "SO_SNDBUF"],
        en: ErrorText {
            meaning: "The kernel has no room for this now: memory for sockets is limited, apart from the machine's memory. On Linux a \
            full interface queue usually drops in silence instead. On Windows (10055) it is often that the ephemeral ports have run out. \
            From a netlink socket it means that messages were lost.",
            causes: &[
                "Very many sockets with large buffers; the limits of net.ipv4.tcp_mem or net.core.optmem_max.",
                "macOS and the BSDs: UDP is sent faster than the interface takes it.",
                "Windows: too many short connections, ports in TIME_WAIT.",
            ],
            remedies: &[
                "Wait, and send again more slowly; use fewer connections and keep them.",
                "Look at the use: `cat /proc/net/sockstat`.",
            ],
        },
        zh: ErrorText {
            meaning: "内核现在腾不出空间：套接字可用的内存另有上限，与机器内存无关。Linux 上网卡队列满时通常只是悄悄丢弃。Windows 上（\
            10055）往往是临时端口用尽。由 netlink 套接字返回时，表示有消息丢失。",
            causes: &[
                "大量套接字、缓冲区又大；达到 net.ipv4.tcp_mem 或 net.core.optmem_max 的上限。",
                "macOS 和 BSD：UDP 的发送速度超过了网卡。",
                "Windows：短连接太多，端口都在 TIME_WAIT。",
            ],
            remedies: &["等一等，放慢速度再发；减少连接并保持使用。", "查看使用情况：`cat /proc/net/sockstat`。"],
        },
    },
    ErrorEntry {
        name: "ENOMEM",
        aliases: &[],
        origin: Origin::Call,
        linux: Some(12),
        macos: Some(12),
        windows: Some(8),
        windows_name: Some("WSA_NOT_ENOUGH_MEMORY"),
        python: "OSError",
        messages: &["Cannot allocate memory", "Insufficient memory available"],
        calls: &["socket", "bind", "accept", "send", "recv"],
        see: &["ENOBUFS"],
        en: ErrorText {
            meaning: "The kernel could not get memory for this call: the machine's, the container's, or what sockets may use in all.",
            causes: &[
                "The memory limit of the container (cgroup) is reached.",
                "net.ipv4.tcp_mem is reached: very many connections with much queued.",
                "Over a Unix socket: too many or too large control messages (net.core.optmem_max).",
            ],
            remedies: &["`dmesg` says when the kernel ran short; `cat /proc/net/sockstat` shows what sockets use."],
        },
        zh: ErrorText {
            meaning: "内核为这次调用分配不到内存：可能是机器的、容器的，或者套接字总共可用的内存。",
            causes: &[
                "达到容器（cgroup）的内存上限。",
                "达到 net.ipv4.tcp_mem：连接极多，队列里积压的数据也多。",
                "Unix 套接字：控制消息太多或太大（net.core.optmem_max）。",
            ],
            remedies: &["内核内存不足时 `dmesg` 会有记录；`cat /proc/net/sockstat` 显示套接字的用量。"],
        },
    },
    ErrorEntry {
        name: "ETOOMANYREFS",
        aliases: &[],
        origin: Origin::Call,
        linux: Some(109),
        macos: Some(59),
        windows: Some(10059),
        windows_name: Some("WSAETOOMANYREFS"),
        python: "OSError",
        messages: &["Too many references: cannot splice", "Too many references: can't splice", "Too many references to some kernel object"],
        calls: &["send"],
        see: &["EMFILE"],
        en: ErrorText {
            meaning: "Over a Unix socket so many descriptors were sent (SCM_RIGHTS) and not yet received that they exceed RLIMIT_NOFILE.",
            causes: &["The receiver does not call recvmsg, or does not take the control message."],
            remedies: &["Let the receiver take them before more are sent."],
        },
        zh: ErrorText {
            meaning: "通过 Unix 套接字发送（SCM_RIGHTS）而尚未被接收的描述符太多，超过了 RLIMIT_NOFILE。",
            causes: &["接收方没有调用 recvmsg，或者没有取走控制消息。"],
            remedies: &["让接收方先取走，再继续发送。"],
        },
    },
    ErrorEntry {
        name: "ENOSPC",
        aliases: &[],
        origin: Origin::Call,
        linux: Some(28),
        macos: Some(28),
        windows: None,
        windows_name: None,
        python: "OSError",
        messages: &["No space left on device"],
        calls: &["bind", "close"],
        see: &["EDQUOT"],
        en: ErrorText {
            meaning: "The file system has no room for the file of a Unix socket; or a limit of another kind was reached, such as that of \
            epoll's watches. close can pass it on for a file, not for a socket.",
            causes: &["The disk, or its inodes, are full: `df -h`, `df -i`."],
            remedies: &["Put the socket under /run, or use an abstract address."],
        },
        zh: ErrorText {
            meaning: "文件系统容不下 Unix 套接字的文件；或者达到了别的上限，例如 epoll 的监视数目。close 可能为文件转达它，套接字则不会。",
            causes: &["磁盘或 inode 已满：`df -h`，`df -i`。"],
            remedies: &["把套接字放在 /run 下，或使用抽象地址。"],
        },
    },
    ErrorEntry {
        name: "EDQUOT",
        aliases: &[],
        origin: Origin::Call,
        linux: Some(122),
        macos: Some(69),
        windows: Some(10069),
        windows_name: Some("WSAEDQUOT"),
        python: "OSError",
        messages: &["Disk quota exceeded", "Disc quota exceeded"],
        calls: &["close", "bind"],
        see: &["ENOSPC"],
        en: ErrorText {
            meaning: "The user's share of the file system is used up. It concerns files, and the file of a Unix socket; no network socket \
            gives it.",
            causes: &["The quota of the user who runs the server is reached."],
            remedies: &["`quota` shows it; put the socket under /run."],
        },
        zh: ErrorText {
            meaning: "用户的磁盘配额已用完。它涉及文件和 Unix 套接字的文件；网络套接字不会返回它。",
            causes: &["运行服务端的用户达到了配额。"],
            remedies: &["用 `quota` 查看；把套接字放在 /run 下。"],
        },
    },
];
