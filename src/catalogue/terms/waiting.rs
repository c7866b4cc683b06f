//! How a program waits.

use crate::catalogue::term::{Term, TermText};

pub(super) const TERMS: &[Term] = &[
    Term {
        aliases: &["blocking socket", "阻塞套接字", "blocking call"],
        see: &["nonblocking", "timeout", "EINTR"],
        scenarios: &["lifecycle/blocking-read", "lifecycle/accept-blocks"],
        en: TermText {
            name: "blocking",
            meaning: "A call waits until it has something to return: recv for a byte, accept for a connection, connect for the answer, \
            send for room. It waits without limit unless one was set.",
            advice: "Give every wait a limit: SO_RCVTIMEO, poll with a time, or the library's own setting.",
        },
        zh: TermText {
            name: "阻塞",
            meaning: "调用一直等到有结果才返回：recv 等字节，accept 等连接，connect 等应答，send 等空间。除非设了时限，否则无限等待。",
            advice: "给每次等待设上限：SO_RCVTIMEO，带时间的 poll，或者库自己的设置。",
        },
    },
    Term {
        aliases: &["non-blocking", "O_NONBLOCK", "setblocking", "非阻塞套接字"],
        see: &["EAGAIN", "EINPROGRESS", "readiness"],
        scenarios: &["lifecycle/nonblocking-eagain", "connect/in-progress"],
        en: TermText {
            name: "nonblocking",
            meaning: "A call that would have to wait says EAGAIN instead (connect says EINPROGRESS), and the program waits by poll, epoll \
            or select for many sockets at once.",
            advice: "Call until EAGAIN, then wait for the direction that is missing.",
        },
        zh: TermText {
            name: "非阻塞",
            meaning: "本该等待的调用改为返回 EAGAIN（connect 返回 EINPROGRESS），程序用 poll、epoll 或 select 同时等待许多套接字。",
            advice: "一直调用到 EAGAIN，再等待所缺的方向。",
        },
    },
    Term {
        aliases: &["epoll", "poll", "select", "readable", "writable", "可读", "可写", "IO多路复用", "edge-triggered", "边缘触发"],
        see: &["nonblocking", "EAGAIN"],
        scenarios: &["beliefs/readable-means-whole"],
        en: TermText {
            name: "readiness",
            meaning: "poll and its kin say that a call would not wait: there is at least one byte, the end, an error, or some room. They \
            do not say that a whole message is there. Edge-triggered epoll says it once for each arrival.",
            advice: "Read until EAGAIN when edge-triggered; keep a buffer for each connection.",
        },
        zh: TermText {
            name: "就绪通知",
            meaning: "poll 之类说明的是调用不必等待：至少有一个字节、流结束、错误或一些空间。它不说明整条消息已到。边缘触发的 epoll 对每\
            次到达只通知一次。",
            advice: "边缘触发时读到 EAGAIN 为止；每条连接各有自己的缓冲区。",
        },
    },
    Term {
        aliases: &[
            "timed out",
            "time limit",
            "socket.timeout",
            "i/o timeout",
            "deadline exceeded",
            "ConnectTimeout",
            "ReadTimeout",
            "时限",
        ],
        see: &["ETIMEDOUT", "EAGAIN", "SO_RCVTIMEO", "TCP_USER_TIMEOUT"],
        scenarios: &["lifecycle/receive-timeout", "connect/timed-out"],
        en: TermText {
            name: "timeout",
            meaning: "Three things have this name: the kernel's ETIMEDOUT (nobody answered, it gave up), a limit of SO_RCVTIMEO or \
            SO_SNDTIMEO (the call says EAGAIN), and a limit of the program or its library, which the kernel knows nothing of (\"timed \
            out\" of Python, without a number).",
            advice: "Find out which it was: only the first says anything about the network.",
        },
        zh: TermText {
            name: "超时",
            meaning: "三种东西都叫这个名字：内核的 ETIMEDOUT（无人应答，内核放弃），SO_RCVTIMEO 或 SO_SNDTIMEO 的时限（调用返回 EAGAIN），\
            以及程序或库自己的时限，内核对它一无所知（Python 的 “timed out”，没有错误号）。",
            advice: "先弄清是哪一种：只有第一种说明了网络的情况。",
        },
    },
    Term {
        aliases: &["python connect_ex", "0", "return code 0"],
        see: &["EINPROGRESS", "EALREADY", "EISCONN", "EAGAIN", "nonblocking"],
        scenarios: &["connect/in-progress", "connect/refused", "connect/already"],
        en: TermText {
            name: "connect_ex",
            meaning: "Python's connect that returns the number of the error rather than raising it; 0 is success. On a non-blocking \
            socket the sequence on Linux is EINPROGRESS, EALREADY while it lasts, then 0 once, EISCONN from then on. When the socket's \
            own time limit runs out it returns EAGAIN (11 on Linux, 35 on macOS, 10035 on Windows), not ETIMEDOUT. A name that cannot be \
            resolved still raises gaierror.",
            advice: "`errno.errorcode[number]` gives the name; compare with names, not numbers.",
        },
        zh: TermText {
            name: "connect_ex 返回值",
            meaning: "Python 的 connect 的另一种形式：不抛出异常，而是返回错误号，0 表示成功。在非阻塞套接字上，Linux 的次序是 \
            EINPROGRESS，进行期间 EALREADY，然后一次 0，此后 EISCONN。套接字自己的超时到期时返回 EAGAIN（Linux 11，macOS 35，Windows \
            10035），而不是 ETIMEDOUT。名字解析失败时仍会抛出 gaierror。",
            advice: "`errno.errorcode[number]` 给出名字；比较名字，不要比较数字。",
        },
    },
];
