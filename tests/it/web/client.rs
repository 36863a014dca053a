//! A visitor of the page who says exactly what a test wants said, byte by byte.

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::time::Duration;

/// What came back.
#[derive(Debug)]
pub struct Answer {
    pub status: u16,
    pub headers: Vec<(String, String)>,
    pub body: Vec<u8>,
}

impl Answer {
    /// The first header of this name.
    pub fn header(&self, name: &str) -> Option<&str> {
        let found = self.headers.iter().find(|(known, _)| known == name);
        found.map(|(_, value)| value.as_str())
    }

    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    #[track_caller]
    pub fn json(&self) -> serde_json::Value {
        serde_json::from_slice(&self.body)
            .unwrap_or_else(|error| panic!("{error}: {} {}", self.status, self.text()))
    }

    #[track_caller]
    pub fn is(self, status: u16) -> Self {
        assert_eq!(self.status, status, "{}", self.text());
        self
    }

    /// Whether it sends the visitor to log in, or says that nobody is.
    pub fn asks_for_login(&self) -> bool {
        // Who logs out is sent there too, with a cookie that ends the session.
        let sent = self.header("location") == Some("/login") && !self.sets_cookies();
        self.status == 401 || sent
    }

    pub fn sets_cookies(&self) -> bool {
        self.header("set-cookie").is_some()
    }

    pub(super) fn parse(bytes: &[u8]) -> Option<Self> {
        let end = bytes.windows(4).position(|four| four == b"\r\n\r\n")?;
        let head = String::from_utf8_lossy(&bytes[..end]).into_owned();
        let mut lines = head.split("\r\n");
        let status = lines.next()?.split(' ').nth(1)?.parse().ok()?;
        let headers: Vec<(String, String)> = lines
            .filter_map(|line| line.split_once(':'))
            .map(|(name, value)| (name.to_lowercase(), value.trim().to_owned()))
            .collect();
        let body = bytes[end + 4..].to_vec();
        Some(Self {
            status,
            headers,
            body,
        })
    }
}

/// Sends bytes and reads until the connection is closed; a stream of events is read to its head
/// only. `None` where nothing was answered.
pub fn raw(address: SocketAddr, bytes: &[u8]) -> Option<Answer> {
    heard(address, bytes, |_| false)
}

/// Sends bytes and reads one whole answer.
fn one(address: SocketAddr, bytes: &[u8]) -> Option<Answer> {
    heard(address, bytes, |answer| {
        let length = answer.header("content-length");
        let length = length.and_then(|length| length.parse().ok());
        length.is_some_and(|length: usize| answer.body.len() >= length)
    })
}

fn heard(address: SocketAddr, bytes: &[u8], is_whole: impl Fn(&Answer) -> bool) -> Option<Answer> {
    let mut stream = TcpStream::connect(address).unwrap();
    stream
        .set_read_timeout(Some(Duration::from_secs(60)))
        .unwrap();
    // A server that has said no need not read the rest.
    let _ = stream.write_all(bytes);
    let mut heard = Vec::new();
    let mut piece = [0; 8192];
    loop {
        match stream.read(&mut piece) {
            Ok(0) | Err(_) => break,
            Ok(n) => heard.extend_from_slice(&piece[..n]),
        }
        let answer = Answer::parse(&heard);
        if answer.is_some_and(|answer| {
            answer.header("content-type") == Some("text/event-stream") || is_whole(&answer)
        }) {
            break;
        }
    }
    Answer::parse(&heard)
}

/// One who visits the page.
#[derive(Clone)]
pub struct Visitor {
    pub address: SocketAddr,
    pub host: String,
    pub agent: String,
    pub cookies: Vec<(String, String)>,
    /// A sender's token.
    pub token: Option<String>,
    /// Headers that a browser adds to what changes something.
    pub site: Vec<(String, String)>,
}

impl Visitor {
    pub fn new(address: SocketAddr) -> Self {
        Self {
            address,
            host: address.to_string(),
            agent: "Peramban Uji/1".to_owned(),
            cookies: Vec::new(),
            token: None,
            site: vec![("Sec-Fetch-Site".to_owned(), "same-origin".to_owned())],
        }
    }

    /// Logs in, and is in.
    #[track_caller]
    pub fn logged_in(mut self, user: &str, password: &str) -> Self {
        let answer = self.try_login(user, password);
        assert_eq!(answer.header("location"), Some("/"), "{}", answer.text());
        self
    }

    pub fn try_login(&mut self, user: &str, password: &str) -> Answer {
        let form = format!("user={user}&password={}", password.replace(' ', "+"));
        let answer = self.post("/login", &form);
        self.keep_cookies(&answer);
        answer
    }

    pub fn with_token(mut self, token: &str) -> Self {
        self.token = Some(token.to_owned());
        self
    }

    /// With other headers of the kind that tell where a request comes from.
    pub fn coming_from(mut self, site: &[(&str, &str)]) -> Self {
        let owned = |(name, value): &(&str, &str)| ((*name).to_owned(), (*value).to_owned());
        self.site = site.iter().map(owned).collect();
        self
    }

    pub fn cookie(&self, name: &str) -> Option<&str> {
        let found = self.cookies.iter().find(|(known, _)| known == name);
        found.map(|(_, value)| value.as_str())
    }

    fn keep_cookies(&mut self, answer: &Answer) {
        for (_, cookie) in answer
            .headers
            .iter()
            .filter(|(name, _)| name == "set-cookie")
        {
            let (name, rest) = cookie.split_once('=').unwrap();
            let value = rest.split(';').next().unwrap();
            self.cookies.retain(|(known, _)| known != name);
            self.cookies.push((name.to_owned(), value.to_owned()));
        }
    }

    fn head(&self, method: &str, path: &str) -> String {
        let mut head = format!(
            "{method} {path} HTTP/1.1\r\nHost: {}\r\nUser-Agent: {}\r\nConnection: close\r\n",
            self.host, self.agent
        );
        let mut add = |name: &str, value: &str| head.push_str(&format!("{name}: {value}\r\n"));
        if !self.cookies.is_empty() {
            let all: Vec<String> = self
                .cookies
                .iter()
                .map(|(n, v)| format!("{n}={v}"))
                .collect();
            add("Cookie", &all.join("; "));
        }
        if let Some(token) = &self.token {
            add("Authorization", &format!("Bearer {token}"));
        }
        head
    }

    /// The bytes of a request.
    pub fn request(
        &self,
        method: &str,
        path: &str,
        headers: &[(&str, &str)],
        body: &[u8],
    ) -> Vec<u8> {
        let mut head = self.head(method, path);
        for (name, value) in headers {
            head.push_str(&format!("{name}: {value}\r\n"));
        }
        if method != "GET" {
            for (name, value) in &self.site {
                head.push_str(&format!("{name}: {value}\r\n"));
            }
            head.push_str(&format!("Content-Length: {}\r\n", body.len()));
        }
        [head.as_bytes(), b"\r\n", body].concat()
    }

    #[track_caller]
    pub fn send(&self, method: &str, path: &str, headers: &[(&str, &str)], body: &[u8]) -> Answer {
        one(self.address, &self.request(method, path, headers, body))
            .unwrap_or_else(|| panic!("{method} {path} was not answered"))
    }

    #[track_caller]
    pub fn get(&self, path: &str) -> Answer {
        self.send("GET", path, &[("Accept", "text/html")], b"")
    }

    #[track_caller]
    pub fn post(&self, path: &str, form: &str) -> Answer {
        let kind = [("Content-Type", "application/x-www-form-urlencoded")];
        self.send("POST", path, &kind, form.as_bytes())
    }

    #[track_caller]
    pub fn post_json(&self, path: &str, json: &serde_json::Value) -> Answer {
        let kind = [("Content-Type", "application/json")];
        self.send("POST", path, &kind, json.to_string().as_bytes())
    }

    /// Posts a form of parts: name, file name and content.
    #[track_caller]
    pub fn post_parts(&self, path: &str, parts: &[(&str, Option<&str>, &[u8])]) -> Answer {
        const EDGE: &str = "batas-bagian-uji";
        let mut body = Vec::new();
        for (name, file, content) in parts {
            let file = file.map_or(String::new(), |file| format!("; filename=\"{file}\""));
            body.extend(
                format!(
                    "--{EDGE}\r\nContent-Disposition: form-data; name=\"{name}\"{file}\r\n\r\n"
                )
                .bytes(),
            );
            body.extend_from_slice(content);
            body.extend(b"\r\n");
        }
        body.extend(format!("--{EDGE}--\r\n").bytes());
        let kind = format!("multipart/form-data; boundary={EDGE}");
        self.send("POST", path, &[("Content-Type", &kind)], &body)
    }
}
