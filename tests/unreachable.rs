//! `netlab connect` where a network is needed: routers that say no, hosts that are not there, name servers that are silent.
//!
//! The networks are namespaces of the kernel with a virtual cable between them, so nothing leaves the machine. They need root, or
//! unprivileged user namespaces, and the programs `unshare`, `nsenter`, `ip` and `mount`; the test is skipped where one is missing.

#![cfg(target_os = "linux")]
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]
#![allow(clippy::print_stderr, reason = "a test that is skipped says why")]

use std::path::Path;
use std::process::{Command, Stdio};

use serde_json::Value;

/// In a namespace of its own: no way anywhere at first, then a router in another namespace, which is reached by a virtual cable.
/// The networks are those that RFC 5737 sets aside for documentation.
const SCRIPT: &str = r#"
set -eu
netlab=$1; out=$2
try() { name=$1; shift; "$netlab" connect --format json "$@" > "$out/$name.json" || true; }

ip link set lo up
try no-route 198.51.100.9:80

: > "$out/router"
unshare -n sh -c 'echo ready; exec sleep 600' > "$out/router" &
router=$!
trap 'kill $router' EXIT
until grep -q ready "$out/router"; do :; done
ip link add here type veth peer name there netns $router
for last in 1 3 4 5; do ip addr add 10.9.0.$last/24 dev here; done
ip link set here up
nsenter -t $router -n sh -eu -c '
  ip addr add 10.9.0.2/24 dev there
  ip link set there up
  ip link set lo up
  echo 1 > /proc/sys/net/ipv4/ip_forward
  ip route add unreachable 198.51.100.0/25
  ip route add prohibit 198.51.100.128/25
  ip route add blackhole 203.0.113.0/24
'
ip route add default via 10.9.0.2
# Linux sends few ICMP messages a second to one address: so each comes from another.
try router 198.51.100.9:80 --source 10.9.0.3 --timeout 1m
try router-udp 198.51.100.9:80 --udp --source 10.9.0.4 --timeout 1m
try prohibited 198.51.100.200:80 --source 10.9.0.5 --timeout 1m
try dropped 203.0.113.9:80 --timeout 200ms
try neighbour 10.9.0.77:80 --timeout 1m
echo 1 > /proc/sys/net/ipv4/tcp_syn_retries
try kernel 203.0.113.9:80 --timeout 10m
echo 6 > /proc/sys/net/ipv4/tcp_syn_retries
ports=$(cat /proc/sys/net/ipv4/ip_local_port_range)
echo '40000 40000' > /proc/sys/net/ipv4/ip_local_port_range
"$netlab" connect 203.0.113.9:80 --timeout 10m > "$out/taken" &
taken=$!
until grep -q ':9C40 097100CB:0050 02' /proc/net/tcp; do kill -0 $taken; done
try no-port 203.0.113.9:80
kill $taken
echo "$ports" > /proc/sys/net/ipv4/ip_local_port_range
ip route add prohibit 192.0.2.0/24
try rule 192.0.2.9:80
ip route add blackhole 192.0.2.128/25
try blackhole 192.0.2.200:80
try multicast 224.0.0.1:80
try early-neighbour 10.9.0.78:80 --timeout 300ms

echo 'hosts: files dns' > "$out/nsswitch.conf"
echo 'nameserver 203.0.113.53' > "$out/resolv.conf"
mount --bind "$out/nsswitch.conf" /etc/nsswitch.conf
mount --bind "$out/resolv.conf" /etc/resolv.conf
try silent-resolver name.example:80 --timeout 200ms
echo 'nameserver 127.0.0.1' > "$out/resolv.conf"
try no-resolver name.example:80 --timeout 1m
"#;

/// How to get namespaces here.
fn unshare() -> Option<&'static [&'static str]> {
    let ways: [&[&str]; 2] = [&["-nm"], &["-rnm"]];
    let works = |way: &&[&str]| {
        let mut attempt = Command::new("unshare");
        attempt.args(*way).args(["sh", "-c", "ip link show && command -v nsenter && command -v mount"]);
        matches!(attempt.stdout(Stdio::null()).stderr(Stdio::null()).status(), Ok(status) if status.success())
    };
    ways.into_iter().find(works)
}

struct Found {
    findings: Value,
    diagnosis: Value,
}

impl Found {
    fn read(folder: &Path, name: &str) -> Self {
        let text = std::fs::read_to_string(folder.join(format!("{name}.json"))).unwrap();
        let mut report: Value = serde_json::from_str(&text).unwrap_or_else(|error| panic!("{name}: {error}: {text}"));
        let target = report["targets"][0].take();
        Self { findings: target["findings"].clone(), diagnosis: target["diagnoses"][0].clone() }
    }

    /// The error's name, and the causes that the run supports.
    fn says(&self) -> (String, Vec<String>) {
        let causes = self.diagnosis["causes"].as_array().unwrap().iter().filter(|cause| cause["standing"] == "supported");
        let error = self.diagnosis["error"]["name"].as_str().unwrap_or("none");
        (error.to_owned(), causes.map(|cause| cause["name"].as_str().unwrap().to_owned()).collect())
    }
}

#[test]
fn who_says_no() {
    let Some(way) = unshare() else { return eprintln!("skipped: no network namespace here (root, unshare, nsenter, ip)") };
    let folder = tempfile::tempdir().unwrap();
    let output = Command::new("unshare")
        .args(way)
        .args(["sh", "-c", SCRIPT, "sh", env!("CARGO_BIN_EXE_netlab")])
        .arg(folder.path())
        .output()
        .unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let found = |name: &str| Found::read(folder.path(), name);
    let says = |error: &str, cause: &str| (error.to_owned(), vec![cause.to_owned()]);

    assert_eq!(found("no-route").says(), says("ENETUNREACH", "no_route"));
    assert_eq!(found("no-route").findings["attempts"][0]["was_pending"], false);

    let router = found("router");
    assert_eq!(router.says(), says("EHOSTUNREACH", "router_says_no"));
    assert_eq!(router.findings["attempts"][0]["queued_error"]["offender"], "10.9.0.2");
    assert_eq!(found("router-udp").says(), says("EHOSTUNREACH", "router_says_no"));
    assert_eq!(found("prohibited").findings["attempts"][0]["queued_error"]["icmp_code"], 13);
    assert_eq!(found("prohibited").says(), says("EHOSTUNREACH", "router_says_no"));

    let (error, causes) = found("dropped").says();
    assert_eq!(error, "none", "our own limit is no error of a call");
    assert!(causes.contains(&"filtered".to_owned()) && causes.contains(&"host_away".to_owned()), "{causes:?}");

    let (error, causes) = found("kernel").says();
    assert_eq!(error, "ETIMEDOUT");
    assert!(found("kernel").findings["attempts"][0]["syns"].as_u64() >= Some(2), "it was sent again, as the setting says");
    assert!(causes.contains(&"filtered".to_owned()) && causes.contains(&"host_away".to_owned()), "{causes:?}");

    assert_eq!(found("neighbour").says(), says("EHOSTUNREACH", "no_neighbour"));
    assert_eq!(found("neighbour").findings["attempts"][0]["queued_error"]["offender_is_here"], true);
    assert_eq!(found("rule").says(), says("EACCES", "local_rule"));
    assert_eq!(found("rule").findings["outcome"], "not_tried");

    assert_eq!(found("no-port").says(), says("EADDRNOTAVAIL", "no_free_port"));
    assert_eq!(found("no-port").diagnosis["next"][2], "netlab sockets --port 80");
    assert_eq!(found("blackhole").says(), says("EINVAL", "blackhole"));
    assert_eq!(found("multicast").says(), says("ENETUNREACH", "address_of_many"));
    // Nothing but ARP has left the machine, though TCP counts its SYN as sent.
    let (error, causes) = found("early-neighbour").says();
    assert!(error == "none" && causes.contains(&"no_neighbour".to_owned()), "{causes:?}");
    assert!(!found("early-neighbour").diagnosis.to_string().contains("packets left"));

    assert_eq!(found("silent-resolver").says(), says("none", "servers_silent"));
    assert_eq!(found("silent-resolver").findings["resolution"]["answer"]["timed_out"]["limit_us"], 200_000);
    assert_eq!(found("no-resolver").says(), says("EAI_AGAIN", "servers_unreachable"));
}
