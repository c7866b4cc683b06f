//! Errors in Chinese: the title of each, and other words by which people bring it.
//!
//! The words are those of Windows in Simplified Chinese, of glibc's translation, and those of everyday speech. A test holds that every
//! error of the catalogue has its title.

/// An error's name, its title, and other words for it.
type Row = (&'static str, &'static str, &'static [&'static str]);

/// The title of an error.
pub(super) fn title(name: &str) -> Option<&'static str> {
    row(name).map(|(_, title, _)| *title)
}

/// Every wording of an error, its title first.
pub(super) fn wordings(name: &str) -> impl Iterator<Item = &'static str> {
    row(name).into_iter().flat_map(|(_, title, words)| [*title].into_iter().chain(words.iter().copied()))
}

fn row(name: &str) -> Option<&'static Row> {
    ROWS.iter().find(|(known, ..)| *known == name)
}

const ROWS: &[Row] = &[
    ("ECONNREFUSED", "连接被拒绝", &["拒绝连接", "积极拒绝", "拒绝网络连接", "由于目标计算机积极拒绝，无法连接"]),
    ("ETIMEDOUT", "连接超时", &["连接已超时", "连接方在一段时间后没有正确答复", "连接的主机没有反应，连接尝试失败", "信号灯超时时间已到"]),
    ("EINPROGRESS", "操作正在进行", &["操作现在正在进行", "目前正在执行一个阻止性操作"]),
    ("EALREADY", "先前的操作仍在进行", &["操作已经在进行", "尝试了一个已经在进行的操作"]),
    ("EISCONN", "套接字已经连接", &["传输端点已连接", "在一个已经连接的套接字上做了一个连接请求"]),
    ("ENOTCONN", "套接字没有连接", &["传输端点尚未连接", "由于套接字没有连接"]),
    ("ECONNABORTED", "连接被本机中止", &["软件导致连接中止", "软件中止了一个已建立的连接", "连接中止"]),
    (
        "ECONNRESET",
        "连接被对端复位",
        &[
            "连接被重置",
            "连接重置",
            "连接被对方重置",
            "连接被对方重设",
            "连接被对端重置",
            "强迫关闭了一个现有的连接",
            "远程主机强迫关闭了一个现有的连接",
            "指定的网络名不再可用",
        ],
    ),
    ("EPIPE", "管道破裂", &["断开的管道", "管道已断开"]),
    ("ESHUTDOWN", "该方向已经关闭，不能再发送", &["套接字在那个方向已经关闭", "在传输端点关闭以后无法发送"]),
    ("ENETRESET", "网络复位使连接中断", &["重置时断开网络连接"]),
    ("EAGAIN", "资源暂时不可用", &["无法立即完成一个非阻止性套接字操作"]),
    ("EINTR", "系统调用被中断", &["被中断的系统调用", "一个封锁操作被对", "WSACancelBlockingCall 的调用中断"]),
    (
        "EADDRINUSE",
        "地址已被占用",
        &[
            "地址已在使用",
            "地址已被使用",
            "地址被占用",
            "端口被占用",
            "端口已被占用",
            "端口占用",
            "端口已被使用",
            "通常每个套接字地址",
            "通常每个套接字地址(协议/网络地址/端口)只允许使用一次",
        ],
    ),
    ("EADDRNOTAVAIL", "无法指定被请求的地址", &["无法分配请求的地址", "该请求的地址无效"]),
    ("EAFNOSUPPORT", "不支持的地址族", &["协议不支持的地址族", "使用了与请求的协议不兼容的地址"]),
    ("EPFNOSUPPORT", "不支持的协议族", &[]),
    ("EDESTADDRREQ", "需要目的地址", &["需要目标地址"]),
    ("EPROTOTYPE", "协议类型与套接字不符", &["错误的协议类型"]),
    ("ENETUNREACH", "网络不可达", &["网络无法访问", "向一个无法连接的网络尝试了一个套接字操作", "无法访问网络位置"]),
    ("EHOSTUNREACH", "没有到主机的路由", &["主机不可达", "向一个无法连接的主机尝试了一个套接字操作"]),
    ("ENETDOWN", "网络已关闭", &["网络已断开", "套接字操作遇到了一个已死的网络"]),
    ("EHOSTDOWN", "主机已关闭", &["由于目标主机坏了，套接字操作失败"]),
    ("ENONET", "机器不在网络中", &[]),
    ("ENODEV", "没有那个设备", &[]),
    ("EINVAL", "无效的参数", &["无效参数", "参数无效", "提供了一个无效的参数"]),
    ("EMSGSIZE", "消息过长", &["消息太长", "数据报套接字上发送的消息大于内部消息缓冲区"]),
    ("EFAULT", "错误的地址", &["尝试使用指针参数时的无效指针地址"]),
    ("EBADF", "错误的文件描述符", &["无效的文件描述符"]),
    ("ENOTSOCK", "不是套接字", &["对非套接字进行套接字操作", "在一个非套接字上尝试了一个操作"]),
    ("EOPNOTSUPP", "不支持的操作", &["操作不被支持", "参考的对象类型不支持尝试的操作"]),
    ("ENOPROTOOPT", "没有这个协议选项", &["不可用的协议"]),
    ("EPROTONOSUPPORT", "不支持的协议", &[]),
    ("ESOCKTNOSUPPORT", "不支持的套接字类型", &[]),
    ("EDOM", "数值参数超出范围", &["数值参数超出域"]),
    ("EMFILE", "打开的文件过多", &["打开的文件太多", "打开文件过多", "文件描述符耗尽"]),
    ("ENFILE", "系统中打开的文件过多", &["系统打开的文件过多"]),
    ("ENOBUFS", "没有可用的缓冲区空间", &["缓冲区空间不足", "系统缓冲区空间不足或队列已满"]),
    ("ENOMEM", "无法分配内存", &["内存不足"]),
    ("ETOOMANYREFS", "引用过多", &[]),
    ("ENOSPC", "设备上没有空间", &["设备上没有剩余空间", "磁盘空间不足"]),
    ("EDQUOT", "超出磁盘配额", &["超出磁盘限额"]),
    ("EACCES", "权限不够", &["权限不足", "拒绝访问", "以一种访问权限不允许的方式做了一个访问套接字的尝试"]),
    ("EPERM", "不允许的操作", &["操作不允许"]),
    ("EROFS", "只读文件系统", &[]),
    ("ENOENT", "没有那个文件或目录", &["没有该文件或目录"]),
    ("ENOTDIR", "不是目录", &[]),
    ("ENAMETOOLONG", "文件名过长", &["文件名太长"]),
    ("ELOOP", "符号链接的层数过多", &[]),
    ("EPROTO", "协议错误", &[]),
    ("EBADMSG", "无效的消息", &["错误的消息"]),
    ("EIO", "输入/输出错误", &["输入输出错误"]),
    ("ENOSR", "流资源不足", &[]),
    ("ENOPKG", "软件包没有安装", &[]),
    ("ESRCH", "没有那个进程", &[]),
    ("WSANOTINITIALISED", "没有启动 Windows Sockets", &["应用程序没有调用 WSAStartup"]),
    ("EAI_NONAME", "未知的名称或服务", &["名称或服务未知", "不知道这样的主机", "未知的主机", "域名不存在"]),
    ("EAI_AGAIN", "域名解析暂时失败", &["名称解析暂时失败", "名字解析暂时失败"]),
    ("EAI_FAIL", "域名解析彻底失败", &["名称解析中出现不可恢复的失败", "数据库查找时发生一个不可恢复的错误"]),
    ("EAI_NODATA", "名字没有对应的地址", &["主机名没有相关联的地址", "请求的名称有效"]),
    ("EAI_ADDRFAMILY", "主机没有该地址族的地址", &["不支持主机名的地址族"]),
    ("EAI_FAMILY", "不支持的 ai_family", &["不支持 ai_family"]),
    ("EAI_SERVICE", "该套接字类型没有这个服务名", &["ai_socktype 不支持服务名"]),
    ("EAI_SOCKTYPE", "不支持的 ai_socktype", &["不支持 ai_socktype"]),
    ("EAI_BADFLAGS", "ai_flags 的值无效", &["ai_flags 值错误"]),
    ("EAI_MEMORY", "解析器分配不到内存", &["内存分配失败"]),
    ("EAI_SYSTEM", "解析器的系统调用失败", &[]),
    ("EAI_OVERFLOW", "存放答复的缓冲区溢出", &["参数缓冲区溢出"]),
];
