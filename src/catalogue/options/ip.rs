//! Options of IPv4 (IPPROTO_IP, man 7 ip).

use crate::catalogue::option::{Level, Limit, LimitRole, OptionEntry, OptionKind, OptionText, Unit, ValueForm};

pub(super) const OPTIONS: &[OptionEntry] = &[
    OptionEntry {
        constant: "IP_TTL",
        level: Level::Ip,
        form: ValueForm::Int(Unit::Count, 32),
        kinds: &[OptionKind::Tcp, OptionKind::Udp],
        limits: &[Limit { file: "net/ipv4/ip_default_ttl", role: LimitRole::Default }],
        privilege: None,
        en: OptionText { does: "How many routers a packet may pass.", does_not: "It is no time." },
        zh: OptionText { does: "数据包最多经过多少个路由器。", does_not: "它不是时间。" },
    },
    OptionEntry {
        constant: "IP_TOS",
        level: Level::Ip,
        form: ValueForm::Int(Unit::Code, 16),
        kinds: &[OptionKind::Tcp, OptionKind::Udp],
        limits: &[],
        privilege: None,
        en: OptionText {
            does: "The class of service in the packet's header (DSCP), and two bits of congestion notice that TCP keeps for itself.",
            does_not: "Networks on the way often ignore or change it.",
        },
        zh: OptionText {
            does: "数据包首部的服务类别（DSCP），另有两位拥塞通知由 TCP 自己使用。",
            does_not: "途中的网络常常忽略或改写它。",
        },
    },
    OptionEntry {
        constant: "IP_MTU",
        level: Level::Ip,
        form: ValueForm::ReadOnly(Unit::Bytes),
        kinds: &[OptionKind::Tcp, OptionKind::Udp],
        limits: &[],
        privilege: None,
        en: OptionText {
            does: "The path's MTU as the kernel knows it; on a connected socket only, else ENOTCONN.",
            does_not: "It may be larger than the true one until a packet was lost to it.",
        },
        zh: OptionText {
            does: "内核所知的路径 MTU；只能用于已连接的套接字，否则是 ENOTCONN。",
            does_not: "在有数据包因此丢失之前，它可能比实际的大。",
        },
    },
    OptionEntry {
        constant: "IP_MTU_DISCOVER",
        level: Level::Ip,
        form: ValueForm::Int(Unit::Code, 2),
        kinds: &[OptionKind::Tcp, OptionKind::Udp],
        limits: &[Limit { file: "net/ipv4/ip_no_pmtu_disc", role: LimitRole::Enables }],
        privilege: None,
        en: OptionText {
            does: "Whether packets may be fragmented: 0 may, 1 by the path's MTU, 2 never, 3 never and the path's MTU is ignored.",
            does_not: "It does not find the MTU by itself for UDP: EMSGSIZE and ICMP tell.",
        },
        zh: OptionText {
            does: "是否允许分片：0 允许，1 按路径 MTU，2 从不，3 从不且忽略路径 MTU。",
            does_not: "对 UDP 它不会自己探出 MTU：要靠 EMSGSIZE 和 ICMP。",
        },
    },
    OptionEntry {
        constant: "IP_BIND_ADDRESS_NO_PORT",
        level: Level::Ip,
        form: ValueForm::Switch,
        kinds: &[OptionKind::Tcp, OptionKind::Udp],
        limits: &[],
        privilege: None,
        en: OptionText {
            does: "bind with port 0 takes the address only, and connect chooses the port: then one port can serve many destinations.",
            does_not: "Until then getsockname shows port 0.",
        },
        zh: OptionText {
            does: "以端口 0 绑定时只取地址，由 connect 选择端口：这样一个端口可用于多个目的地。",
            does_not: "在此之前 getsockname 显示端口 0。",
        },
    },
    OptionEntry {
        constant: "IP_FREEBIND",
        level: Level::Ip,
        form: ValueForm::Switch,
        kinds: &[OptionKind::Tcp, OptionKind::Udp],
        limits: &[],
        privilege: None,
        en: OptionText {
            does: "bind takes an address that this machine does not have yet.",
            does_not: "It does not make the address reachable.",
        },
        zh: OptionText { does: "允许绑定本机尚未拥有的地址。", does_not: "它不会让这个地址可达。" },
    },
    OptionEntry {
        constant: "IP_TRANSPARENT",
        level: Level::Ip,
        form: ValueForm::Switch,
        kinds: &[OptionKind::Tcp, OptionKind::Udp],
        limits: &[],
        privilege: Some("CAP_NET_ADMIN"),
        en: OptionText {
            does: "Takes and gives connections for addresses of others, for transparent proxies.",
            does_not: "It needs firewall rules that bring such packets here.",
        },
        zh: OptionText {
            does: "用别人的地址接受和发起连接，供透明代理使用。", does_not: "还需要把这类数据包引到这里的防火墙规则。"
        },
    },
    OptionEntry {
        constant: "IP_RECVERR",
        level: Level::Ip,
        form: ValueForm::Switch,
        kinds: &[OptionKind::Tcp, OptionKind::Udp],
        limits: &[],
        privilege: None,
        en: OptionText {
            does: "ICMP errors of each datagram are kept in a queue (MSG_ERRQUEUE), also for a UDP socket that is not connected.",
            does_not: "It repeats nothing: what was lost stays lost.",
        },
        zh: OptionText {
            does: "把每个数据报的 ICMP 错误保存在队列里（MSG_ERRQUEUE），未连接的 UDP 套接字也可以。",
            does_not: "它不会重发：丢了就是丢了。",
        },
    },
    OptionEntry {
        constant: "IP_PKTINFO",
        level: Level::Ip,
        form: ValueForm::Switch,
        kinds: &[OptionKind::Udp],
        limits: &[],
        privilege: None,
        en: OptionText {
            does: "recvmsg tells at which address and interface a datagram came in.",
            does_not: "Without it a server bound to 0.0.0.0 cannot know which address to answer from.",
        },
        zh: OptionText {
            does: "recvmsg 告知数据报是从哪个地址、哪个网卡进来的。",
            does_not: "没有它，绑定在 0.0.0.0 的服务端无从得知该用哪个地址应答。",
        },
    },
    OptionEntry {
        constant: "IP_RECVTTL",
        level: Level::Ip,
        form: ValueForm::Switch,
        kinds: &[OptionKind::Udp],
        limits: &[],
        privilege: None,
        en: OptionText { does: "recvmsg tells how many hops were left to a datagram.", does_not: "It does not tell how many it took." },
        zh: OptionText { does: "recvmsg 告知数据报剩余的跳数。", does_not: "它不说明走了多少跳。" },
    },
    OptionEntry {
        constant: "IP_RECVTOS",
        level: Level::Ip,
        form: ValueForm::Switch,
        kinds: &[OptionKind::Udp],
        limits: &[],
        privilege: None,
        en: OptionText { does: "recvmsg tells the class of service of a datagram.", does_not: "It does not change it." },
        zh: OptionText { does: "recvmsg 告知数据报的服务类别。", does_not: "它不会更改。" },
    },
    OptionEntry {
        constant: "IP_RECVORIGDSTADDR",
        level: Level::Ip,
        form: ValueForm::Switch,
        kinds: &[OptionKind::Udp],
        limits: &[],
        privilege: None,
        en: OptionText {
            does: "recvmsg tells the original destination of a redirected datagram.",
            does_not: "It is of use with IP_TRANSPARENT only.",
        },
        zh: OptionText {
            does: "recvmsg 告知被重定向的数据报原来的目的地址。", does_not: "只在使用 IP_TRANSPARENT 时有意义。"
        },
    },
    OptionEntry {
        constant: "IP_RECVFRAGSIZE",
        level: Level::Ip,
        form: ValueForm::Switch,
        kinds: &[OptionKind::Udp],
        limits: &[],
        privilege: None,
        en: OptionText {
            does: "recvmsg tells the size of the largest fragment that a datagram came in.",
            does_not: "It does not tell how many there were.",
        },
        zh: OptionText { does: "recvmsg 告知数据报到来时最大分片的大小。", does_not: "它不说明有几个分片。" },
    },
    OptionEntry {
        constant: "IP_MINTTL",
        level: Level::Ip,
        form: ValueForm::Int(Unit::Count, 1),
        kinds: &[OptionKind::Tcp, OptionKind::Udp],
        limits: &[],
        privilege: None,
        en: OptionText {
            does: "Packets with fewer hops left than this are dropped: keeps far senders out (RFC 5082).",
            does_not: "It authenticates nobody.",
        },
        zh: OptionText {
            does: "丢弃剩余跳数少于它的数据包：挡住远处的发送者（RFC 5082）。", does_not: "它不验证身份。"
        },
    },
    OptionEntry {
        constant: "IP_MULTICAST_TTL",
        level: Level::Ip,
        form: ValueForm::Int(Unit::Count, 4),
        kinds: &[OptionKind::Udp],
        limits: &[],
        privilege: None,
        en: OptionText {
            does: "How many routers a multicast datagram may pass; 1 keeps it on the link.",
            does_not: "IP_TTL does not hold for multicast.",
        },
        zh: OptionText {
            does: "多播数据报最多经过多少个路由器；1 表示不出本链路。", does_not: "IP_TTL 对多播无效。"
        },
    },
    OptionEntry {
        constant: "IP_MULTICAST_LOOP",
        level: Level::Ip,
        form: ValueForm::Int(Unit::Code, 0),
        kinds: &[OptionKind::Udp],
        limits: &[],
        privilege: None,
        en: OptionText {
            does: "Whether multicast datagrams also come back to members on this machine.",
            does_not: "On Windows the receiver decides, on Linux the sender.",
        },
        zh: OptionText {
            does: "多播数据报是否也回送给本机的成员。", does_not: "在 Windows 上由接收方决定，在 Linux 上由发送方决定。"
        },
    },
    OptionEntry {
        constant: "IP_MULTICAST_ALL",
        level: Level::Ip,
        form: ValueForm::Switch,
        kinds: &[OptionKind::Udp],
        limits: &[],
        privilege: None,
        en: OptionText {
            does: "A socket gets datagrams of every group that anybody on this machine has joined; off, only of its own.",
            does_not: "It joins nothing.",
        },
        zh: OptionText {
            does: "套接字收到本机任何成员加入的所有组的数据报；关闭则只收自己加入的组。", does_not: "它不会加入任何组。"
        },
    },
    OptionEntry {
        constant: "IP_MULTICAST_IF",
        level: Level::Ip,
        form: ValueForm::ReadOnly(Unit::Code),
        kinds: &[OptionKind::Udp],
        limits: &[],
        privilege: None,
        en: OptionText {
            does: "The interface that multicast leaves by, as an address; 0 is the routing table's choice.",
            does_not: "It does not choose where datagrams come in.",
        },
        zh: OptionText {
            does: "多播从哪个网卡发出，以地址表示；0 表示由路由表决定。", does_not: "它不决定从哪里接收。"
        },
    },
    OptionEntry {
        constant: "IP_UNICAST_IF",
        level: Level::Ip,
        form: ValueForm::Int(Unit::Code, 16_777_216),
        kinds: &[OptionKind::Tcp, OptionKind::Udp],
        limits: &[],
        privilege: None,
        en: OptionText {
            does: "The interface that packets prefer to leave by, as an index in network byte order.",
            does_not: "It does not limit where they come in.",
        },
        zh: OptionText {
            does: "数据包优先从哪个网卡发出，以网络字节序的索引表示。", does_not: "它不限制从哪里进来。"
        },
    },
    OptionEntry {
        constant: "IP_OPTIONS",
        level: Level::Ip,
        form: ValueForm::Structure,
        kinds: &[OptionKind::Tcp, OptionKind::Udp],
        limits: &[],
        privilege: None,
        en: OptionText { does: "Options of the IP header.", does_not: "Routers on the internet drop packets that have them." },
        zh: OptionText { does: "IP 首部的选项。", does_not: "互联网上的路由器会丢弃带有它们的数据包。" },
    },
    OptionEntry {
        constant: "IP_RECVOPTS",
        level: Level::Ip,
        form: ValueForm::Switch,
        kinds: &[OptionKind::Udp],
        limits: &[],
        privilege: None,
        en: OptionText { does: "recvmsg gives the IP options of a datagram.", does_not: "There hardly ever are any." },
        zh: OptionText { does: "recvmsg 给出数据报的 IP 选项。", does_not: "几乎从来没有。" },
    },
    OptionEntry {
        constant: "IP_RETOPTS",
        level: Level::Ip,
        form: ValueForm::Switch,
        kinds: &[OptionKind::Udp],
        limits: &[],
        privilege: None,
        en: OptionText {
            does: "recvmsg gives the IP options of a datagram, ready to be sent back.",
            does_not: "It does not send them back.",
        },
        zh: OptionText { does: "recvmsg 给出数据报的 IP 选项，可直接用于回送。", does_not: "它不会自动回送。" },
    },
    OptionEntry {
        constant: "IP_PASSSEC",
        level: Level::Ip,
        form: ValueForm::Switch,
        kinds: &[OptionKind::Udp],
        limits: &[],
        privilege: None,
        en: OptionText {
            does: "recvmsg gives the security label of the sender (SELinux).",
            does_not: "Without such a module there is none.",
        },
        zh: OptionText { does: "recvmsg 给出发送者的安全标签（SELinux）。", does_not: "没有这类模块就没有标签。" },
    },
    OptionEntry {
        constant: "IP_ADD_MEMBERSHIP",
        level: Level::Ip,
        form: ValueForm::WriteOnly,
        kinds: &[OptionKind::Udp],
        limits: &[],
        privilege: None,
        en: OptionText {
            does: "Joins a multicast group on an interface.",
            does_not: "It lets datagrams in; to send to a group nobody need join it.",
        },
        zh: OptionText { does: "在某个网卡上加入多播组。", does_not: "它只管接收；向组发送不需要加入。" },
    },
    OptionEntry {
        constant: "IP_DROP_MEMBERSHIP",
        level: Level::Ip,
        form: ValueForm::WriteOnly,
        kinds: &[OptionKind::Udp],
        limits: &[],
        privilege: None,
        en: OptionText { does: "Leaves a multicast group.", does_not: "Closing the socket does so too." },
        zh: OptionText { does: "离开多播组。", does_not: "关闭套接字也会离开。" },
    },
    OptionEntry {
        constant: "IP_ADD_SOURCE_MEMBERSHIP",
        level: Level::Ip,
        form: ValueForm::WriteOnly,
        kinds: &[OptionKind::Udp],
        limits: &[],
        privilege: None,
        en: OptionText {
            does: "Joins a multicast group for what one sender sends.",
            does_not: "The others' datagrams still come in if another socket here has joined for them, unless IP_MULTICAST_ALL is off.",
        },
        zh: OptionText {
            does: "加入多播组，但只收某一个发送者的数据。",
            does_not: "如果本机别的套接字加入了其他发送者，它们的数据报照样会收到，除非关闭 IP_MULTICAST_ALL。",
        },
    },
    OptionEntry {
        constant: "IP_DROP_SOURCE_MEMBERSHIP",
        level: Level::Ip,
        form: ValueForm::WriteOnly,
        kinds: &[OptionKind::Udp],
        limits: &[],
        privilege: None,
        en: OptionText { does: "Leaves a multicast group for one sender.", does_not: "It does not leave the group for the others." },
        zh: OptionText { does: "退出多播组中的某一个发送者。", does_not: "其他发送者仍在组中。" },
    },
    OptionEntry {
        constant: "IP_BLOCK_SOURCE",
        level: Level::Ip,
        form: ValueForm::WriteOnly,
        kinds: &[OptionKind::Udp],
        limits: &[],
        privilege: None,
        en: OptionText {
            does: "Shuts out one sender of a multicast group that was joined.",
            does_not: "It is no firewall: other sockets are not affected.",
        },
        zh: OptionText {
            does: "屏蔽已加入的多播组中的某一个发送者。", does_not: "它不是防火墙：不影响其他套接字。"
        },
    },
    OptionEntry {
        constant: "IP_UNBLOCK_SOURCE",
        level: Level::Ip,
        form: ValueForm::WriteOnly,
        kinds: &[OptionKind::Udp],
        limits: &[],
        privilege: None,
        en: OptionText { does: "Lets a sender in again that was shut out.", does_not: "It fails where the sender was not shut out." },
        zh: OptionText { does: "解除对某一个发送者的屏蔽。", does_not: "没有屏蔽过则失败。" },
    },
    OptionEntry {
        constant: "IP_CHECKSUM",
        level: Level::Ip,
        form: ValueForm::Switch,
        kinds: &[OptionKind::Udp],
        limits: &[],
        privilege: None,
        en: OptionText { does: "recvmsg gives the checksum of a datagram's bytes.", does_not: "It does not check them." },
        zh: OptionText { does: "recvmsg 给出数据报内容的校验和。", does_not: "它不做校验。" },
    },
];
