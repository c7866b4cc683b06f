//! The path of a Unix socket is wrong.

use crate::catalogue::entry::{ErrorEntry, ErrorText, Origin};

pub(super) const ERRORS: &[ErrorEntry] = &[
    ErrorEntry {
        name: "ENOENT",
        aliases: &[],
        origin: Origin::Call,
        linux: Some(2),
        macos: Some(2),
        windows: None,
        windows_name: None,
        python: "FileNotFoundError",
        messages: &["No such file or directory"],
        calls: &["bind", "connect", "send"],
        see: &["ENOTDIR", "unix-socket"],
        en: ErrorText {
            meaning: "There is no such file: connect found no Unix socket at the path, or a folder on the way to it does not exist.",
            causes: &[
                "The server is not running, or has removed its file on the way out.",
                "The path is relative and the working directory another; or server and client see different file systems (containers, \
                PrivateTmp= of systemd).",
                "The folder for the socket was not made.",
            ],
            remedies: &[
                "`ls -l` the path; `netlab sockets` or `ss -xl` list the Unix sockets that listen.",
                "Make the folder before bind; use absolute paths.",
            ],
        },
        zh: ErrorText {
            meaning: "没有这个文件：connect 在该路径上没有找到 Unix 套接字，或者途中的某个目录不存在。",
            causes: &[
                "服务端没有运行，或者退出时删除了它的文件。",
                "路径是相对的，而工作目录不同；或者服务端与客户端看到的文件系统不同（容器、systemd 的 PrivateTmp=）。",
                "存放套接字的目录还没有创建。",
            ],
            remedies: &[
                "用 `ls -l` 查看路径；`netlab sockets` 或 `ss -xl` 列出正在监听的 Unix 套接字。",
                "bind 之前先建好目录；使用绝对路径。",
            ],
        },
    },
    ErrorEntry {
        name: "ENOTDIR",
        aliases: &[],
        origin: Origin::Call,
        linux: Some(20),
        macos: Some(20),
        windows: None,
        windows_name: None,
        python: "NotADirectoryError",
        messages: &["Not a directory"],
        calls: &["bind", "connect"],
        see: &["ENOENT"],
        en: ErrorText {
            meaning: "Something on the way to the Unix socket is a file, not a folder.",
            causes: &["A file stands where the path expects a folder."],
            remedies: &["`namei -l PATH` shows every step of the path."],
        },
        zh: ErrorText {
            meaning: "通往 Unix 套接字的路径上，有一级是文件而不是目录。",
            causes: &["路径需要目录的地方，放着一个文件。"],
            remedies: &["`namei -l PATH` 列出路径的每一级。"],
        },
    },
    ErrorEntry {
        name: "ENAMETOOLONG",
        aliases: &[],
        origin: Origin::Call,
        linux: Some(36),
        macos: Some(63),
        windows: Some(10063),
        windows_name: Some("WSAENAMETOOLONG"),
        python: "OSError",
        messages: &["File name too long", "A name component or a name was too long"],
        calls: &["bind", "connect"],
        see: &["ENOENT", "unix-socket"],
        en: ErrorText {
            meaning: "The path is too long. That of a Unix socket has room for 108 bytes on Linux and 104 on macOS, the zero at the end \
            among them. Most languages refuse a longer one themselves, before any call; the kernel itself says EINVAL to an address that \
            is too long, and ENAMETOOLONG to a part of a path that is too long.",
            causes: &[
                "A deep temporary folder, such as that of a test run or of macOS.",
                "A name in a script of several bytes a character.",
                "A symbolic link on the way, which leads to a name of more than 255 bytes.",
            ],
            remedies: &[
                "Use a short path below /run or /tmp; or change into the folder and bind a relative path.",
                "On Linux an abstract address needs no file.",
            ],
        },
        zh: ErrorText {
            meaning: "路径太长。Unix 套接字的路径在 Linux 上只有 108 字节，macOS 上 104 字节，包括结尾的零字节。多数语言在调用之前就会自\
            行拒绝更长的路径；内核对过长的地址返回 EINVAL，对路径中过长的一级返回 ENAMETOOLONG。",
            causes: &[
                "很深的临时目录，例如测试框架或 macOS 的临时目录。",
                "名字使用的文字每个字符占多个字节。",
                "路径上有符号链接，指向超过 255 字节的名字。",
            ],
            remedies: &["使用 /run 或 /tmp 下的短路径；或者先进入目录，再绑定相对路径。", "在 Linux 上，抽象地址不需要文件。"],
        },
    },
    ErrorEntry {
        name: "ELOOP",
        aliases: &[],
        origin: Origin::Call,
        linux: Some(40),
        macos: Some(62),
        windows: Some(10062),
        windows_name: Some("WSAELOOP"),
        python: "OSError",
        messages: &["Too many levels of symbolic links", "Cannot translate a name"],
        calls: &["bind", "connect"],
        see: &["ENOENT"],
        en: ErrorText {
            meaning: "The path of a Unix socket goes through too many symbolic links, mostly in a circle.",
            causes: &["A link that points to itself, or two that point to each other."],
            remedies: &["`namei -l PATH` shows each link."],
        },
        zh: ErrorText {
            meaning: "Unix 套接字的路径经过太多符号链接，多半形成了环。",
            causes: &["链接指向自己，或者两个链接互相指向。"],
            remedies: &["`namei -l PATH` 列出每个链接。"],
        },
    },
];
