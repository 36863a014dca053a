//! `[web]`: the operator's page.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::path::PathBuf;

use serde::Deserialize;

use super::ConfigError;

/// Where the page is served, and to whom.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct WebSettings {
    /// Whether there is a page at all.
    pub enabled: bool,
    /// Address and port. Anything but the machine itself needs `tls` or `proxy`.
    pub listen: SocketAddr,
    /// Names under which browsers may call the page, beside the address itself.
    pub hosts: Vec<String>,
    /// Certificate and key of the page's own TLS.
    pub tls: Option<TlsSettings>,
    /// The reverse proxy that ends TLS in front of the page: the name browsers call it by, such as
    /// `kia.dinas.example`.
    pub proxy: Option<String>,
    /// A session that is not used ends after this long, in minutes.
    pub idle_minutes: u32,
    /// Every session ends after this long, in hours.
    pub session_hours: u32,
    /// The largest upload, in MB.
    pub upload_mb: u32,
}

/// PEM files of a certificate chain and its key.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TlsSettings {
    /// The chain, the page's own certificate first.
    pub cert: PathBuf,
    pub key: PathBuf,
}

impl Default for WebSettings {
    fn default() -> Self {
        Self {
            enabled: true,
            listen: SocketAddr::new(IpAddr::V4(Ipv4Addr::LOCALHOST), 8170),
            hosts: Vec::new(),
            tls: None,
            proxy: None,
            idle_minutes: 60,
            session_hours: 12,
            upload_mb: 512,
        }
    }
}

impl WebSettings {
    /// Whether browsers speak TLS to the page or to what stands in front of it.
    pub fn is_secure(&self) -> bool {
        self.tls.is_some() || self.proxy.is_some()
    }

    pub(super) fn check(&self) -> Result<(), ConfigError> {
        let value = |key, message: &str| {
            Err(ConfigError::Value {
                key,
                message: message.to_owned(),
            })
        };
        if self.enabled && !self.listen.ip().is_loopback() && !self.is_secure() {
            return value(
                "web.listen",
                "an address on the network needs [web.tls] with `cert` and `key`, or `proxy`: the name of the reverse proxy that ends TLS",
            );
        }
        if self.tls.is_some() && self.proxy.is_some() {
            return value("web.proxy", "is not for a page with TLS of its own");
        }
        if !(1..=1440).contains(&self.idle_minutes) {
            return value("web.idle_minutes", "must be 1 to 1440");
        }
        if !(1..=72).contains(&self.session_hours) {
            return value("web.session_hours", "must be 1 to 72");
        }
        if !(1..=4096).contains(&self.upload_mb) {
            return value("web.upload_mb", "must be 1 to 4096");
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::super::Config;

    fn refused(text: &str) -> String {
        Config::parse("station.toml", text).unwrap_err().to_string()
    }

    #[test]
    fn the_office_network_is_served_over_tls_only() {
        assert!(refused("[web]\nlisten = \"0.0.0.0:8170\"\n").contains("TLS"));
        for more in [
            "proxy = \"kia.example\"\n",
            "tls = { cert = \"a.pem\", key = \"b.pem\" }\n",
        ] {
            let text = format!("[web]\nlisten = \"192.0.2.1:8170\"\n{more}");
            assert!(
                Config::parse("station.toml", &text)
                    .unwrap()
                    .web
                    .is_secure()
            );
        }
        let here = Config::parse("station.toml", "[web]\nlisten = \"[::1]:1\"\n").unwrap();
        assert!(!here.web.is_secure());
    }
}
