//! Options of UDP (IPPROTO_UDP, man 7 udp).

use crate::catalogue::option::{Level, OptionEntry, OptionKind, OptionText, Unit, ValueForm};

pub(super) const OPTIONS: &[OptionEntry] = &[
    OptionEntry {
        constant: "UDP_CORK",
        level: Level::Udp,
        form: ValueForm::Switch,
        kinds: &[OptionKind::Udp],
        limits: &[],
        privilege: None,
        en: OptionText {
            does: "Collects what is sent into one datagram, until it is set to 0.",
            does_not: "It does not join datagrams on the receiver.",
        },
        zh: OptionText {
            does: "把发送的内容合成一个数据报，直到设为 0。", does_not: "它不在接收方合并数据报。"
        },
    },
    OptionEntry {
        constant: "UDP_SEGMENT",
        level: Level::Udp,
        form: ValueForm::Int(Unit::Bytes, 1200),
        kinds: &[OptionKind::Udp],
        limits: &[],
        privilege: None,
        en: OptionText {
            does: "One large send is cut into datagrams of so many bytes each, by the kernel or the card.",
            does_not: "The receiver sees separate datagrams, which can be lost one by one.",
        },
        zh: OptionText {
            does: "把一次大的 send 切成若干个这么多字节的数据报，由内核或网卡完成。",
            does_not: "接收方看到的是各自独立的数据报，可能单独丢失。",
        },
    },
    OptionEntry {
        constant: "UDP_GRO",
        level: Level::Udp,
        form: ValueForm::Switch,
        kinds: &[OptionKind::Udp],
        limits: &[],
        privilege: None,
        en: OptionText {
            does: "Datagrams of one flow may be given together by one recvmsg, with their size beside.",
            does_not: "Without reading that size the boundaries are lost: the only way in which UDP sticks together.",
        },
        zh: OptionText {
            does: "同一流的多个数据报可由一次 recvmsg 一并给出，并附上每个的大小。",
            does_not: "不读取这个大小就会失去边界：这是 UDP 唯一会“粘包”的情形。",
        },
    },
    OptionEntry {
        constant: "UDP_ENCAP",
        level: Level::Udp,
        form: ValueForm::ReadOnly(Unit::Code),
        kinds: &[OptionKind::Udp],
        limits: &[],
        privilege: None,
        en: OptionText {
            does: "Marks a socket that carries IPsec or another tunnel.",
            does_not: "It is for those who write tunnels: setting it is not tried here.",
        },
        zh: OptionText {
            does: "标记承载 IPsec 或其他隧道的套接字。", does_not: "供编写隧道的人使用，这里不试设。"
        },
    },
    OptionEntry {
        constant: "UDP_NO_CHECK6_TX",
        level: Level::Udp,
        form: ValueForm::Switch,
        kinds: &[OptionKind::Udp],
        limits: &[],
        privilege: None,
        en: OptionText {
            does: "UDP over IPv6 sends without a checksum.",
            does_not: "IPv6 does not allow that but for tunnels (RFC 6935).",
        },
        zh: OptionText { does: "IPv6 上的 UDP 发送时不带校验和。", does_not: "除隧道外 IPv6 不允许（RFC 6935）。" },
    },
    OptionEntry {
        constant: "UDP_NO_CHECK6_RX",
        level: Level::Udp,
        form: ValueForm::Switch,
        kinds: &[OptionKind::Udp],
        limits: &[],
        privilege: None,
        en: OptionText {
            does: "UDP over IPv6 accepts datagrams without a checksum.",
            does_not: "IPv6 does not allow that but for tunnels (RFC 6935).",
        },
        zh: OptionText {
            does: "IPv6 上的 UDP 接受不带校验和的数据报。", does_not: "除隧道外 IPv6 不允许（RFC 6935）。"
        },
    },
];
