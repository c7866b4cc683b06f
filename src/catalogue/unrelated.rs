//! Errors that sockets do not give, or hardly ever: their names and numbers only, because a number that somebody brings may be theirs.
//!
//! Overlapped sockets are apart: Windows has numbers for them that stand for those of Windows Sockets, and asyncio on Windows gives these.

use super::entry::{Lang, System};

/// An error that sockets do not give.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct UnrelatedError {
    /// Its name.
    pub name: &'static str,
    /// Its number on Linux.
    pub linux: Option<i32>,
    /// Its number on macOS.
    pub macos: Option<i32>,
    /// Its number on Windows.
    pub windows: Option<i32>,
    /// Who gives it.
    pub giver: Giver,
    en: &'static str,
    zh: &'static str,
}

/// Who gives an error that the calls of sockets do not.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Giver {
    /// Other parts of a system.
    Others,
    /// Overlapped sockets of Windows, and only they.
    Overlapped,
    /// Overlapped sockets of Windows, in place of the error of this name.
    OverlappedFor(&'static str),
}

impl UnrelatedError {
    /// What it means, in a few words.
    pub fn meaning(&self, lang: Lang) -> &'static str {
        match lang {
            Lang::En => self.en,
            Lang::Zh => self.zh,
        }
    }

    /// Whether this is its name, in capital letters or small ones; on Windows sockets' names have WSA before them.
    pub fn is_called(&self, name: &str) -> bool {
        let is_own = |name: &str| self.name.eq_ignore_ascii_case(name);
        let bare = || name.get(..3).filter(|prefix| prefix.eq_ignore_ascii_case("WSA")).map(|_| &name[3..]);
        is_own(name) || self.windows.is_some() && bare().is_some_and(is_own)
    }

    /// Its number on a system.
    pub fn number(&self, system: System) -> Option<i32> {
        match system {
            System::Linux => self.linux,
            System::Macos => self.macos,
            System::Windows => self.windows,
        }
    }
}

const fn row(
    name: &'static str,
    linux: Option<i32>,
    macos: Option<i32>,
    windows: Option<i32>,
    en: &'static str,
    zh: &'static str,
) -> UnrelatedError {
    UnrelatedError { name, linux, macos, windows, giver: Giver::Others, en, zh }
}

const fn overlapped(name: &'static str, windows: i32, giver: Giver, en: &'static str, zh: &'static str) -> UnrelatedError {
    UnrelatedError { name, linux: None, macos: None, windows: Some(windows), giver, en, zh }
}

/// All of them, by their numbers on Linux, then on macOS, then on Windows.
#[rustfmt::skip]
pub(super) const UNRELATED: &[UnrelatedError] = &[
    row("ENXIO", Some(6), Some(6), None, "no such device or address", "没有这样的设备或地址"),
    row("E2BIG", Some(7), Some(7), None, "an argument list is too long", "参数列表太长"),
    row("ENOEXEC", Some(8), Some(8), None, "a file is not a program", "文件不是可执行程序"),
    row("ECHILD", Some(10), Some(10), None, "no child process", "没有子进程"),
    row("ENOTBLK", Some(15), Some(15), None, "a block device is required", "需要块设备"),
    row("EBUSY", Some(16), Some(16), None, "a device or a file is in use", "设备或文件正在使用"),
    row("EEXIST", Some(17), Some(17), None, "the file exists already", "文件已存在"),
    row("EXDEV", Some(18), Some(18), None, "a link to another file system", "跨文件系统的链接"),
    row("EISDIR", Some(21), Some(21), None, "a folder where a file is expected", "需要文件的地方是目录"),
    row("ENOTTY", Some(25), Some(25), None, "the device has no such ioctl", "设备没有这个 ioctl"),
    row("ETXTBSY", Some(26), Some(26), None, "the program file is in use", "程序文件正在使用"),
    row("EFBIG", Some(27), Some(27), None, "the file is too large", "文件太大"),
    row("ESPIPE", Some(29), Some(29), None, "a seek on a pipe or socket, which have no position", "在管道或套接字上移动位置，而它们没有位置"),
    row("EMLINK", Some(31), Some(31), None, "too many links", "链接太多"),
    row("ERANGE", Some(34), Some(34), None, "a result or a buffer is out of range", "结果或缓冲区超出范围"),
    row("EDEADLK", Some(35), Some(11), None, "a lock would wait for itself", "加锁会造成死锁"),
    row("ENOLCK", Some(37), Some(77), None, "no locks are left", "没有可用的锁"),
    row("ENOSYS", Some(38), Some(78), None, "this kernel does not have that call", "内核没有这个系统调用"),
    row("ENOTEMPTY", Some(39), Some(66), Some(10066), "the folder is not empty", "目录不为空"),
    row("ENOMSG", Some(42), Some(91), None, "no message of that type", "没有该类型的消息"),
    row("EIDRM", Some(43), Some(90), None, "the identifier was removed", "标识符已删除"),
    row("ECHRNG", Some(44), None, None, "a channel's number is out of range", "通道号超出范围"),
    row("EL2NSYNC", Some(45), None, None, "level 2 is not synchronised", "第 2 级未同步"),
    row("EL3HLT", Some(46), None, None, "level 3 has halted", "第 3 级已停止"),
    row("EL3RST", Some(47), None, None, "level 3 was reset", "第 3 级已复位"),
    row("ELNRNG", Some(48), None, None, "a link's number is out of range", "链接号超出范围"),
    row("EUNATCH", Some(49), None, None, "the protocol's driver is not attached", "未挂接协议驱动"),
    row("ENOCSI", Some(50), None, None, "no CSI structure is left", "没有可用的 CSI 结构"),
    row("EL2HLT", Some(51), None, None, "level 2 has halted", "第 2 级已停止"),
    row("EBADE", Some(52), None, None, "an invalid exchange", "交换无效"),
    row("EBADR", Some(53), None, None, "an invalid request descriptor", "请求描述符无效"),
    row("EXFULL", Some(54), None, None, "the exchange is full", "交换已满"),
    row("ENOANO", Some(55), None, None, "no anode", "没有 anode"),
    row("EBADRQC", Some(56), None, None, "an invalid request code", "请求代码无效"),
    row("EBADSLT", Some(57), None, None, "an invalid slot", "槽位无效"),
    row("EBFONT", Some(59), None, None, "a font file of a wrong format", "字体文件格式错误"),
    row("ENOSTR", Some(60), Some(99), None, "the device is not a STREAMS device", "设备不是 STREAMS 设备"),
    row("ENODATA", Some(61), Some(96), None, "no data is there", "没有数据"),
    row("ETIME", Some(62), Some(101), None, "a timer ran out", "定时器到期"),
    row("EREMOTE", Some(66), Some(71), Some(10071), "the object is remote", "对象在远程"),
    row("ENOLINK", Some(67), Some(97), None, "the link was severed", "链接已断开"),
    row("EADV", Some(68), None, None, "an advertise error", "通告错误"),
    row("ESRMNT", Some(69), None, None, "a mount error of RFS", "RFS 挂载错误"),
    row("ECOMM", Some(70), None, None, "a communication error on send", "发送时通信错误"),
    row("EMULTIHOP", Some(72), Some(95), None, "a multihop was attempted", "试图多跳"),
    row("EDOTDOT", Some(73), None, None, "an error of RFS", "RFS 特有的错误"),
    row("EOVERFLOW", Some(75), Some(84), None, "a value is too large for its type", "值超出其类型的范围"),
    row("ENOTUNIQ", Some(76), None, None, "the name is not unique on the network", "名字在网络上不唯一"),
    row("EBADFD", Some(77), None, None, "the descriptor is in a bad state", "描述符状态不对"),
    row("EREMCHG", Some(78), None, None, "the remote address changed", "远程地址已改变"),
    row("ELIBACC", Some(79), None, None, "a shared library cannot be read", "无法访问共享库"),
    row("ELIBBAD", Some(80), None, None, "a shared library is damaged", "共享库已损坏"),
    row("ELIBSCN", Some(81), None, None, "a section of a.out is damaged", "a.out 的段已损坏"),
    row("ELIBMAX", Some(82), None, None, "too many shared libraries", "共享库太多"),
    row("ELIBEXEC", Some(83), None, None, "a shared library cannot be run", "不能直接运行共享库"),
    row("EILSEQ", Some(84), Some(92), None, "bytes that are no character", "字节序列不是合法字符"),
    row("ERESTART", Some(85), None, None, "the call should be restarted; programs do not see it", "调用应当重启；程序看不到它"),
    row("ESTRPIPE", Some(86), None, None, "an error of a STREAMS pipe", "STREAMS 管道错误"),
    row("EUSERS", Some(87), Some(68), Some(10068), "too many users", "用户太多"),
    row("ENOTSUP", Some(95), Some(45), None, "not supported; on Linux the same number as EOPNOTSUPP, and on macOS what its kernel gives where EOPNOTSUPP is meant", "不支持；Linux 上与 EOPNOTSUPP 同号，macOS 内核常用它代替 EOPNOTSUPP"),
    row("ESTALE", Some(116), Some(70), Some(10070), "a file handle of NFS is stale", "NFS 文件句柄已失效"),
    row("EUCLEAN", Some(117), None, None, "the file system needs a check", "文件系统需要检查"),
    row("ENOTNAM", Some(118), None, None, "not a XENIX named file", "不是 XENIX 命名文件"),
    row("ENAVAIL", Some(119), None, None, "no XENIX semaphores", "没有 XENIX 信号量"),
    row("EISNAM", Some(120), None, None, "a XENIX named file", "是 XENIX 命名文件"),
    row("EREMOTEIO", Some(121), None, None, "an error of a remote device", "远程设备输入输出错误"),
    row("ENOMEDIUM", Some(123), None, None, "no medium in the drive", "驱动器中没有介质"),
    row("EMEDIUMTYPE", Some(124), None, None, "a medium of the wrong kind", "介质类型错误"),
    row("ECANCELED", Some(125), Some(89), None, "the operation was cancelled", "操作已取消"),
    row("ENOKEY", Some(126), None, None, "a key is missing", "缺少密钥"),
    row("EKEYEXPIRED", Some(127), None, None, "a key has expired", "密钥已过期"),
    row("EKEYREVOKED", Some(128), None, None, "a key was revoked", "密钥已吊销"),
    row("EKEYREJECTED", Some(129), None, None, "a key was rejected", "密钥被拒绝"),
    row("EOWNERDEAD", Some(130), Some(105), None, "the owner of a lock died", "锁的持有者已死亡"),
    row("ENOTRECOVERABLE", Some(131), Some(104), None, "a lock's state cannot be recovered", "锁的状态无法恢复"),
    row("ERFKILL", Some(132), None, None, "the radio is switched off", "无线电已关闭"),
    row("EHWPOISON", Some(133), None, None, "a page of memory is damaged", "内存页已损坏"),
    row("EPROCLIM", None, Some(67), Some(10067), "too many processes", "进程太多"),
    row("EBADRPC", None, Some(72), None, "a bad RPC structure", "RPC 结构错误"),
    row("ERPCMISMATCH", None, Some(73), None, "the wrong version of RPC", "RPC 版本不符"),
    row("EPROGUNAVAIL", None, Some(74), None, "the RPC program is not there", "没有该 RPC 程序"),
    row("EPROGMISMATCH", None, Some(75), None, "the wrong version of an RPC program", "RPC 程序版本不符"),
    row("EPROCUNAVAIL", None, Some(76), None, "the RPC program has no such procedure", "RPC 程序没有该过程"),
    row("EFTYPE", None, Some(79), None, "a file of the wrong type", "文件类型不当"),
    row("EAUTH", None, Some(80), None, "an authentication error of NFS", "NFS 认证错误"),
    row("ENEEDAUTH", None, Some(81), None, "NFS needs an authenticator", "NFS 需要认证"),
    row("EPWROFF", None, Some(82), None, "the device is switched off", "设备已断电"),
    row("EDEVERR", None, Some(83), None, "a device error", "设备错误"),
    row("EBADEXEC", None, Some(85), None, "a damaged program", "程序文件损坏"),
    row("EBADARCH", None, Some(86), None, "a program for another processor", "程序的处理器类型不符"),
    row("ESHLIBVERS", None, Some(87), None, "the wrong version of a shared library", "共享库版本不符"),
    row("EBADMACHO", None, Some(88), None, "a malformed Mach-O file", "Mach-O 文件格式错误"),
    row("ENOATTR", None, Some(93), None, "no such attribute", "没有该属性"),
    row("ENOPOLICY", None, Some(103), None, "no such policy", "没有该策略"),
    row("EQFULL", None, Some(106), None, "a queue is full", "队列已满"),
    row("WSASYSNOTREADY", None, None, Some(10091), "the network subsystem is not ready", "网络子系统未就绪"),
    row("WSAVERNOTSUPPORTED", None, None, Some(10092), "this version of Windows Sockets is not there", "没有该版本的 Windows Sockets"),
    row("WSAEDISCON", None, None, Some(10101), "the peer ends in good order", "对端正在正常关闭"),
    row("WSAENOMORE", None, None, Some(10102), "a lookup has no more results", "查询没有更多结果"),
    row("WSAECANCELLED", None, None, Some(10103), "a lookup was cancelled", "查询已取消"),
    row("WSAEINVALIDPROCTABLE", None, None, Some(10104), "a service provider's table of procedures is invalid", "服务提供程序的过程表无效"),
    row("WSAEINVALIDPROVIDER", None, None, Some(10105), "a service provider is invalid", "服务提供程序无效"),
    row("WSAEPROVIDERFAILEDINIT", None, None, Some(10106), "a service provider could not start; often a Winsock catalogue that software has damaged", "服务提供程序无法启动；常见于 Winsock 目录被软件损坏"),
    row("WSASYSCALLFAILURE", None, None, Some(10107), "a call that should never fail has failed", "不应失败的系统调用失败了"),
    row("WSASERVICE_NOT_FOUND", None, None, Some(10108), "no such service", "没有该服务"),
    row("WSA_E_NO_MORE", None, None, Some(10110), "a lookup has no more results", "查询没有更多结果"),
    row("WSA_E_CANCELLED", None, None, Some(10111), "a lookup was cancelled", "查询已取消"),
    row("WSAEREFUSED", None, None, Some(10112), "a lookup was refused", "查询被拒绝"),
    row("WSA_INVALID_HANDLE", None, None, Some(6), "an event's handle is invalid", "事件句柄无效"),
    row("WSA_INVALID_PARAMETER", None, None, Some(87), "a parameter is invalid", "参数无效"),
    overlapped("WSA_OPERATION_ABORTED", 995, Giver::Overlapped, "an overlapped operation was cancelled, as by closing its socket", "重叠操作已取消，例如套接字被关闭"),
    overlapped("WSA_IO_INCOMPLETE", 996, Giver::Overlapped, "an overlapped operation has not ended", "重叠操作尚未完成"),
    overlapped("WSA_IO_PENDING", 997, Giver::Overlapped, "an overlapped operation has begun: no failure", "重叠操作已开始：不是失败"),
    overlapped("ERROR_NETNAME_DELETED", 64, Giver::OverlappedFor("ECONNRESET"), "the network name is no longer there: the connection was reset", "指定的网络名不再可用：连接被复位"),
    overlapped("ERROR_SEM_TIMEOUT", 121, Giver::OverlappedFor("ETIMEDOUT"), "the semaphore's time ran out: nobody answered", "信号量超时：没有应答"),
    overlapped("ERROR_CONNECTION_REFUSED", 1225, Giver::OverlappedFor("ECONNREFUSED"), "the remote computer refused the connection", "远程计算机拒绝网络连接"),
    overlapped("ERROR_NETWORK_UNREACHABLE", 1231, Giver::OverlappedFor("ENETUNREACH"), "the network cannot be reached", "无法访问网络位置"),
    overlapped("ERROR_HOST_UNREACHABLE", 1232, Giver::OverlappedFor("EHOSTUNREACH"), "the host cannot be reached", "无法访问主机"),
    overlapped("ERROR_CONNECTION_ABORTED", 1236, Giver::OverlappedFor("ECONNABORTED"), "this machine gave up the connection", "连接被本机放弃"),
];
