//! Causes in both languages. The English words are those of [`crate::analysis`]'s reports.

use super::entry::Lang;
use crate::scenario::CauseName;

/// What is to be said of a cause, in one language.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize)]
pub struct CauseText {
    /// In a few words.
    pub title: &'static str,
    /// The belief that it refutes, in the words of somebody who holds it.
    pub belief: &'static str,
    /// What to change and run again.
    pub remedy: &'static str,
}

/// What is to be said of a cause.
pub fn cause_text(cause: CauseName, lang: Lang) -> CauseText {
    match lang {
        Lang::En => CauseText { title: cause.title(), belief: cause.belief(), remedy: cause.remedy() },
        Lang::Zh => chinese(cause),
    }
}

fn chinese(cause: CauseName) -> CauseText {
    let (title, belief, remedy) = match cause {
        CauseName::LateReader => ("读得晚了", "一次 recv 返回的就是一次 send 发送的内容", "给消息定界（长度或分隔符）：这样怎么读都不要紧"),
        CauseName::ReaderKeptPace => {
            ("读的一方跟得上", "既然试过没问题，TCP 就会保持消息的边界", "让读的一方晚到：第一次 recv 之前用 `wait` 等所有字节到齐")
        }
        CauseName::Nagle => {
            ("Nagle 算法推迟了一个小报文段", "Nagle 算法把消息粘成一次读取", "--nodelay on：报文段立即发出；此后怎样读到，取决于读的一方")
        }
        CauseName::Corked => (
            "发送方要求内核等待更多数据（cork）",
            "每次 send 都立即发出，自成一个数据包",
            "去掉 MSG_MORE，或者在不能等的那次 send 之前取消 TCP_CORK",
        ),
        CauseName::EarlyReader => ("其余部分还没有到", "recv 会一直等到整条消息到齐", "`recv_exact` 或 `recv_until`：继续读，直到消息完整"),
        CauseName::SmallRecv => (
            "recv 要求的比队列里的少",
            "把接收缓冲区改小，就能把消息分开",
            "属于一起的内容用 `recv_exact` 或 `recv_until` 读取；把 --recv-size 改大则会合并",
        ),
        CauseName::PartialSend => ("send 只收下了一部分", "send 会发送全部内容", "`send_all`：把没有收下的部分再发一次"),
        CauseName::ClosedWindow => {
            ("对端的接收窗口挡住了发送", "发送方不必在意对方读得多快", "让读的一方去读，或者用 --rcvbuf 给它更多空间")
        }
        CauseName::TruncatedDatagram => {
            ("数据报比缓冲区长", "数据报的剩余部分会在下一次 recv 到来", "缓冲区要容得下可能到来的最大数据报：--recv-size 65535")
        }
        CauseName::DroppedDatagram => {
            ("接收缓冲区已满，内核丢弃了数据报", "UDP 在同一台机器上不会丢失", "增大 --rcvbuf，或者让读取跟上到达的速度；编号并确认")
        }
        CauseName::Reset => ("复位结束了连接", "关闭套接字总能正常结束连接", "关闭之前读到结尾：先 `shutdown` 写方向，再 recv 直到流结束"),
        CauseName::HalfClose => ("一方发送完毕，仍在读取", "流结束说明对端已经离开", "看看换成 `close` 会怎样：那时应答会遇到复位"),
    };
    CauseText { title, belief, remedy }
}
