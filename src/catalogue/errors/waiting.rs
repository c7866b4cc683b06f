//! The call would have to wait, or was interrupted while it did.

use crate::catalogue::entry::{ErrorEntry, ErrorText, Origin};

pub(super) const ERRORS: &[ErrorEntry] = &[
    ErrorEntry {
        name: "EAGAIN",
        aliases: &["EWOULDBLOCK"],
        origin: Origin::Call,
        linux: Some(11),
        macos: Some(35),
        windows: Some(10035),
        windows_name: Some("WSAEWOULDBLOCK"),
        python: "BlockingIOError",
        messages: &["Resource temporarily unavailable", "A non-blocking socket operation could not be completed immediately"],
        calls: &["accept", "connect", "send", "recv"],
        see: &["nonblocking", "timeout", "SO_RCVTIMEO", "backlog"],
        en: ErrorText {
            meaning: "Not a failure: the call would have to wait, and the socket must not. Nothing came yet (recv), the send buffer is \
            full (send), nobody is in the queue (accept). A blocking socket says it when its SO_RCVTIMEO or SO_SNDTIMEO has run out, and \
            connect on a Unix socket when the listener's backlog is full. Python's connect_ex returns this number too when its own time \
            limit runs out.",
            causes: &[
                "The socket is non-blocking and not ready.",
                "A time limit set by SO_RCVTIMEO or SO_SNDTIMEO has run out.",
                "A Unix listener's backlog is full.",
                "A UDP socket found no free ephemeral port.",
            ],
            remedies: &[
                "Wait with poll, epoll or select for the direction that you need, and call again.",
                "Do not spin: a loop without waiting takes a whole processor.",
                "For send, keep what was not taken, and wait for writable.",
            ],
        },
        zh: ErrorText {
            meaning: "这不是失败：调用需要等待，而套接字不允许等待。可能是还没有数据（recv）、发送缓冲区已满（send）、队列中没有连接（\
            accept）。阻塞套接字在 SO_RCVTIMEO 或 SO_SNDTIMEO 到期时也会返回它；Unix 套接字在监听方的 backlog 已满时，connect 也会返回它。\
            Python 的 connect_ex 在自己的超时到期时，返回的也是这个数字。",
            causes: &[
                "套接字是非阻塞的，而且尚未就绪。",
                "SO_RCVTIMEO 或 SO_SNDTIMEO 设定的时限已到。",
                "Unix 监听套接字的 backlog 已满。",
                "UDP 套接字找不到空闲的临时端口。",
            ],
            remedies: &[
                "用 poll、epoll 或 select 等待所需的方向，再调用一次。",
                "不要空转：不等待的循环会占满一个处理器。",
                "对 send，保留没有发出去的部分，等到可写再发。",
            ],
        },
    },
    ErrorEntry {
        name: "EINTR",
        aliases: &[],
        origin: Origin::Call,
        linux: Some(4),
        macos: Some(4),
        windows: Some(10004),
        windows_name: Some("WSAEINTR"),
        python: "InterruptedError",
        messages: &["Interrupted system call", "A blocking operation was interrupted by a call to WSACancelBlockingCall"],
        calls: &["accept", "connect", "send", "recv", "close"],
        see: &["SIGPIPE", "blocking"],
        en: ErrorText {
            meaning: "A signal came while the call waited, and its handler was installed without SA_RESTART. Nothing was sent or received \
            by this call. An interrupted connect goes on in the background: call poll and read SO_ERROR rather than connect again.",
            causes: &[
                "A signal handler: a child ended, a timer ran out, the terminal's size changed.",
                "Calls with SO_RCVTIMEO or SO_SNDTIMEO are never restarted by the kernel, whatever SA_RESTART says.",
            ],
            remedies: &[
                "Call accept, send or recv again. Python has done so by itself since 3.5 (PEP 475).",
                "After connect do not call it again: wait until the socket is writable (poll), then read SO_ERROR; 0 is success.",
                "After close do nothing: on Linux the descriptor is closed already, and may be another file's by then.",
                "Install handlers with SA_RESTART.",
            ],
        },
        zh: ErrorText {
            meaning: "等待期间来了信号，而其处理函数安装时没有 SA_RESTART。这次调用没有发送也没有接收任何数据。被中断的 connect 仍在后台\
            进行：应当 poll 并读取 SO_ERROR，而不是再次 connect。",
            causes: &[
                "信号处理函数：子进程结束、定时器到期、终端大小改变。",
                "设置了 SO_RCVTIMEO 或 SO_SNDTIMEO 的调用，无论 SA_RESTART 与否，内核都不会自动重启。",
            ],
            remedies: &[
                "accept、send、recv 重新调用即可。Python 从 3.5 起自动重试（PEP 475）。",
                "connect 不要再调用：等套接字可写（poll），再读取 SO_ERROR，0 表示成功。",
                "close 之后什么也不要做：在 Linux 上描述符已经关闭，此时可能已属于别的文件。",
                "安装信号处理函数时加上 SA_RESTART。",
            ],
        },
    },
];
