//! What `getaddrinfo` returns when a name gives no address (man 3 getaddrinfo, RFC 3493 section 6.1).

use crate::catalogue::entry::{ErrorEntry, ErrorText, Origin};

pub(super) const ERRORS: &[ErrorEntry] = &[ErrorEntry {
    name: "EAI_NONAME",
    aliases: &["WSAHOST_NOT_FOUND"],
    origin: Origin::Resolver,
    linux: Some(-2),
    macos: Some(8),
    windows: Some(11001),
    windows_name: Some("WSAHOST_NOT_FOUND"),
    python: "socket.gaierror",
    messages: &["Name or service not known", "nodename nor servname provided, or not known", "No such host is known"],
    calls: &["getaddrinfo"],
    see: &["EAI_AGAIN", "EAI_NODATA"],
    en: ErrorText {
        meaning: "The resolver answered: there is no such name. It looked in the hosts file and asked DNS, as this machine's configuration says, and the answer was that the name does not exist.",
        causes: &[
            "The name is misspelt, or holds more than a name: `https://`, a port, a space.",
            "It is a name of another network: a container's, a company's, one that only a VPN's server knows.",
            "A service name such as `http` was given, and this machine's list of services does not have it.",
        ],
        remedies: &[
            "Ask in the same way as the program: `getent ahosts NAME`; `dig NAME` asks DNS only and knows nothing of the hosts file.",
            "Try the address itself: if that works, only the name is wrong.",
        ],
    },
    zh: ErrorText {
        meaning: "解析器给出了答复:没有这个名字。它按照本机配置查了 hosts 文件,也问了 DNS,答案都是这个名字不存在。",
        causes: &[
            "名字拼错了,或者写进了多余的东西:`https://`、端口、空格。",
            "这是另一个网络里的名字:容器的、公司内网的,或者只有 VPN 的服务器才认识。",
            "给出的是 `http` 这样的服务名,而本机的服务列表里没有它。",
        ],
        remedies: &[
            "用与程序相同的方式查询:`getent ahosts NAME`;`dig NAME` 只问 DNS,不看 hosts 文件。",
            "直接使用地址试试:如果可以,问题只在名字。",
        ],
    },
}];
