//! The resolver gave no address.

use crate::connect::cause::{Cause, Source};
use crate::connect::findings::{Answer, Resolution};
use crate::trace::escape;

pub(super) fn causes(resolution: &Resolution) -> Vec<Cause> {
    let Resolution { host, service, took_us, answer, has_interface, .. } = resolution;
    let error = match answer {
        Answer::Failed(error) => error,
        Answer::TimedOut { .. } => {
            let waited = format!("getaddrinfo had not returned after {took_us}");
            return vec![
                Cause::new("servers_silent", "the name servers of this machine do not answer (resolv.conf), or not in time")
                    .supported(Source::Calls, waited),
                Cause::new("resolver_slow", "another source of names is slow: LDAP, mDNS, a VPN (nsswitch.conf)"),
            ];
        }
        Answer::Addresses(_) | Answer::Interrupted => return Vec::new(),
    };
    let said =
        |cause: Cause, what: &str| cause.supported(Source::Calls, format!("getaddrinfo said {} after {took_us}: {what}", error.name));
    match error.name.as_str() {
        "EAI_NONAME" if host.contains('%') => {
            let zone = host.split('%').nth(1).unwrap_or_default();
            let zone = escape(zone.as_bytes());
            let missing = Cause::new("no_interface", format!("no interface is called `{zone}`: `ip link` lists them"));
            if *has_interface != Some(true) {
                return vec![said(missing, "no such zone")];
            }
            // glibc looks for an interface's name only where the address is link-local; elsewhere it takes numbers.
            let unneeded = Cause::new(
                "zone_not_taken",
                format!("the resolver takes the name of an interface only with a link-local address (fe80::): leave %{zone} out"),
            );
            let is_here = format!("this machine has an interface `{zone}` (/proc/net/dev)");
            vec![said(unneeded, "no such zone"), missing.refuted(Source::FileSystem, is_here)]
        }
        "EAI_NONAME" => vec![
            said(
                Cause::new("no_such_name", "there is no such name: it is misspelt, or belongs to another network"),
                "the name is not known",
            ),
            Cause::new("no_search_domain", "it is short for a longer name, and this machine's search list does not complete it"),
        ],
        "EAI_NODATA" | "EAI_ADDRFAMILY" => {
            vec![said(Cause::new("no_address", "the name exists, but has no address of the family that was asked for"), "no address")]
        }
        "EAI_AGAIN" => vec![
            said(
                Cause::new(
                    "servers_unreachable",
                    "no name server could be reached, or those that answered refused or failed (SERVFAIL, REFUSED)",
                ),
                "try again",
            ),
            Cause::new("no_network", "this machine has no network now, so that only the hosts file is left"),
        ],
        "EAI_FAIL" => {
            vec![said(Cause::new("server_failed", "a name server answered with an error, or with nonsense"), "not to be retried")]
        }
        "EAI_SERVICE" => {
            let service = escape(service.as_bytes());
            let title = format!("no service is called `{service}` here (/etc/services): give the port's number");
            vec![said(Cause::new("no_such_service", title), "the service is not known")]
        }
        _ => super::general(error),
    }
}

pub(super) fn next(resolution: &Resolution) -> Vec<String> {
    let name = if let Answer::Failed(error) = &resolution.answer { &error.name } else { "EAI_AGAIN" };
    let mut next = vec![format!("netlab explain {name}")];
    // Into a shell goes only what no shell takes apart.
    let is_plain =
        resolution.host.bytes().all(|byte| byte.is_ascii_alphanumeric() || b".-_".contains(&byte)) && !resolution.host.starts_with('-');
    if is_plain {
        next.push(format!("getent ahosts {}", resolution.host));
    }
    next
}
