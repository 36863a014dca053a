//! The page in a real Chromium, at the size of a print room's old screen.
//!
//! A test opens a [`Browser`] on a running station and goes through the page as a person would.
//! When it is dropped it has looked at the console: an error there, a breach of the content policy
//! too, fails the test. With `KIA_SCREENSHOTS=DIR` the pages that tests name are kept as pictures.

mod accounts;
mod batches;
mod board;
mod cards;
mod day;
mod entrance;
mod office;
mod photos;

mod scan;

use std::io::{BufRead, BufReader};
use std::net::SocketAddr;
use std::path::PathBuf;
use std::process::{Child as Process, Command, Stdio};
use std::time::{Duration, Instant};

use fantoccini::elements::Element;
use fantoccini::error::CmdError;
use fantoccini::{Client, ClientBuilder, Locator};
use serde_json::{Value, json};
use tokio::runtime::Runtime;

use super::client::Visitor;
use crate::harness::Daemon;
use crate::parts::{Part, have};

const CHROMIUM: Part = Part("chromium", "chromium");
const DRIVER: Part = Part("chromedriver", "chromium-driver");

/// The screen that the page must fit on.
const SCREEN: (u32, u32) = (1366, 768);

/// Whether a browser is here; says what is skipped when not.
pub fn have_browser(test: &str) -> bool {
    have(test, &[CHROMIUM, DRIVER])
}

/// A browser with one window.
pub struct Browser {
    page: SocketAddr,
    driver: Process,
    driver_at: SocketAddr,
    runtime: Runtime,
    client: Option<Client>,
    /// The profile, which goes with the browser.
    _profile: tempfile::TempDir,
}

impl Browser {
    /// Starts a browser of its own for this station's page.
    pub fn open(daemon: &Daemon<'_>) -> Self {
        let mut driver = Command::new(DRIVER.0)
            .arg("--port=0")
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let said = BufReader::new(driver.stdout.take().unwrap()).lines();
        let port = said
            .map_while(Result::ok)
            .find_map(|line| {
                let rest = line.split_once("started successfully on port ")?.1;
                rest.trim_end_matches('.').parse::<u16>().ok()
            })
            .expect("chromedriver says its port");
        let profile = tempfile::tempdir().unwrap();
        let options = json!({
            "args": [
                "--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage",
                "--no-first-run", "--disable-extensions", "--disable-background-networking",
                "--disable-component-update", "--lang=id", "--force-device-scale-factor=1",
                format!("--window-size={},{}", SCREEN.0, SCREEN.1),
                format!("--user-data-dir={}", profile.path().display()),
            ],
        });
        let capabilities = json!({
            "browserName": "chrome",
            "goog:chromeOptions": options,
            "goog:loggingPrefs": { "browser": "ALL" },
        });
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .unwrap();
        let connect = async {
            ClientBuilder::new(hyper_util::client::legacy::connect::HttpConnector::new())
                .capabilities(capabilities.as_object().unwrap().clone())
                .connect(&format!("http://127.0.0.1:{port}"))
                .await
        };
        let client = runtime
            .block_on(connect)
            .expect("chromedriver starts chromium");
        Self {
            page: daemon.address(),
            driver,
            driver_at: SocketAddr::from(([127, 0, 0, 1], port)),
            runtime,
            client: Some(client),
            _profile: profile,
        }
    }

    /// A browser in which this account is logged in, on the board.
    #[track_caller]
    pub fn logged_in(daemon: &Daemon<'_>, user: &str) -> Self {
        let browser = Self::open(daemon);
        browser.log_in(user, super::PASSWORD);
        browser.until("the board is there", "document.querySelector('#flow')");
        browser
    }

    fn client(&self) -> &Client {
        self.client.as_ref().unwrap()
    }

    #[track_caller]
    fn find(&self, css: &str) -> Element {
        self.runtime
            .block_on(self.client().find(Locator::Css(css)))
            .unwrap_or_else(|error| panic!("`{css}`: {error}\n{}", self.text("body")))
    }

    /// Does something with an element. A live part may be drawn anew between finding it and this:
    /// then it is found again.
    #[track_caller]
    fn with(&self, css: &str, act: impl AsyncFn(&Element) -> Result<(), CmdError>) {
        loop {
            let element = self.find(css);
            match self.runtime.block_on(act(&element)) {
                Err(error) if error.to_string().contains("stale element") => {}
                done => return done.unwrap_or_else(|error| panic!("`{css}`: {error}")),
            }
        }
    }

    /// Goes to a path of the page.
    #[track_caller]
    pub fn go(&self, path: &str) {
        let url = format!("http://{}{path}", self.page);
        self.runtime.block_on(self.client().goto(&url)).unwrap();
    }

    /// The path it is on.
    pub fn path(&self) -> String {
        self.js("location.pathname").as_str().unwrap().to_owned()
    }

    #[track_caller]
    pub fn log_in(&self, user: &str, password: &str) {
        self.go("/login");
        self.fill("[name=user]", user);
        self.fill("[name=password]", password);
        self.press("[name=password]", "\u{e007}");
    }

    #[track_caller]
    pub fn click(&self, css: &str) {
        self.with(css, async |element| element.click().await);
    }

    /// Sends a form by its button, and waits for the page after it, which says this. The page
    /// before may have said the same of an earlier step.
    #[track_caller]
    pub fn send(&self, button: &str, said: &str) {
        self.js("window.isBefore = true");
        self.click(button);
        let after = format!(
            "!window.isBefore && document.body.innerText.includes({})",
            json!(said)
        );
        self.until(said, &after);
    }

    /// Types into a field, in place of what stands there.
    #[track_caller]
    pub fn fill(&self, css: &str, text: &str) {
        self.with(css, async |element| {
            element.clear().await?;
            element.send_keys(text).await
        });
    }

    /// Chooses from a list by the value.
    #[track_caller]
    pub fn choose(&self, css: &str, value: &str) {
        self.with(css, async |element| element.select_by_value(value).await);
    }

    /// Chooses files, or a folder, for a field of files.
    #[track_caller]
    pub fn choose_files(&self, css: &str, paths: &[PathBuf]) {
        let names: Vec<&str> = paths.iter().map(|path| path.to_str().unwrap()).collect();
        self.press(css, &names.join("\n"));
    }

    /// One who asks with the session of this browser.
    #[track_caller]
    pub fn visitor(&self) -> Visitor {
        let cookies = self.runtime.block_on(self.client().get_all_cookies());
        let cookies = cookies.unwrap();
        let pairs = cookies
            .iter()
            .map(|cookie| (cookie.name().to_owned(), cookie.value().to_owned()));
        let mut visitor = Visitor::new(self.page);
        visitor.cookies = pairs.collect();
        visitor.agent = self.js("navigator.userAgent").as_str().unwrap().to_owned();
        visitor
    }

    /// Waits until a picture is drawn.
    #[track_caller]
    pub fn until_drawn(&self, css: &str) {
        let css = json!(css);
        self.js(&format!("document.querySelector({css}).scrollIntoView()"));
        let drawn = format!("document.querySelector({css}).naturalWidth > 0");
        self.until("the picture is drawn", &drawn);
    }

    /// Presses keys where `css` says; the codes of WebDriver for those without a letter
    /// (`\u{e007}` is Enter).
    #[track_caller]
    pub fn press(&self, css: &str, keys: &str) {
        self.with(css, async |element| element.send_keys(keys).await);
    }

    /// What can be read in an element.
    #[track_caller]
    pub fn text(&self, css: &str) -> String {
        let script = format!("document.querySelector({}).innerText", json!(css));
        self.js(&script).as_str().unwrap_or_default().to_owned()
    }

    /// The value of an expression in the page.
    #[track_caller]
    pub fn js(&self, expression: &str) -> Value {
        let script = format!("return ({expression});");
        self.runtime
            .block_on(self.client().execute(&script, Vec::new()))
            .unwrap_or_else(|error| panic!("{expression}: {error}"))
    }

    /// Waits until an expression holds in the page, at most a minute.
    #[track_caller]
    pub fn until(&self, what: &str, expression: &str) {
        let start = Instant::now();
        // Between two pages there is none to ask.
        let script = format!("return Boolean({expression});");
        let holds = || {
            let asked = self.client().execute(&script, Vec::new());
            matches!(self.runtime.block_on(asked), Ok(Value::Bool(true)))
        };
        while !holds() {
            assert!(
                start.elapsed() < Duration::from_secs(60),
                "waited in vain until {what}; {}:\n{}",
                self.path(),
                self.text("body")
            );
            std::thread::sleep(Duration::from_millis(50));
        }
    }

    /// Waits until the page shows this text.
    #[track_caller]
    pub fn until_shown(&self, text: &str) {
        let expression = format!("document.body.innerText.includes({})", json!(text));
        self.until(text, &expression);
    }

    /// Answers the question that the page asks.
    #[track_caller]
    pub fn agree(&self) {
        self.runtime.block_on(self.client().accept_alert()).unwrap();
    }

    /// Keeps a picture of the page, where pictures are wanted.
    pub fn picture(&self, name: &str) {
        let Some(folder) = std::env::var_os("KIA_SCREENSHOTS").map(PathBuf::from) else {
            return;
        };
        let png = self.runtime.block_on(self.client().screenshot()).unwrap();
        std::fs::create_dir_all(&folder).unwrap();
        std::fs::write(folder.join(format!("{name}.png")), png).unwrap();
    }

    /// What the console says since the last look: errors, breaches of the content policy.
    pub fn console(&self) -> Vec<String> {
        let session = self.runtime.block_on(self.client().session_id()).unwrap();
        let path = format!("/session/{}/se/log", session.unwrap());
        let driver = Visitor::new(self.driver_at);
        let told = driver
            .post_json(&path, &json!({ "type": "browser" }))
            .json();
        let entries = told["value"].as_array().unwrap();
        entries
            .iter()
            .filter(|entry| entry["level"] == "SEVERE")
            .map(|entry| entry["message"].as_str().unwrap().to_owned())
            .collect()
    }

    /// Leaves the page. Errors were wanted until here, as of a station that went away.
    pub fn leave_for_good(&self) {
        let away = self.client().goto("about:blank");
        self.runtime.block_on(away).unwrap();
        self.console();
    }

    /// The page fits the screen's width, and every text on it can be read: WCAG 2.2 AA, 1.4.3.
    #[track_caller]
    pub fn is_legible(&self) {
        let wide = self.js("document.documentElement.scrollWidth - innerWidth");
        assert!(wide.as_i64().unwrap() <= 0, "{} px too wide", wide);
        let faint = self.js(CONTRAST);
        assert_eq!(faint, json!([]), "on {}", self.path());
    }
}

impl Drop for Browser {
    fn drop(&mut self) {
        let errors = match std::thread::panicking() {
            true => Vec::new(),
            false => self.console(),
        };
        if let Some(client) = self.client.take() {
            // It may be gone already.
            let _ = self.runtime.block_on(client.close());
        }
        let _ = self.driver.kill();
        let _ = self.driver.wait();
        assert!(errors.is_empty(), "the console: {errors:#?}");
    }
}

/// Every visible text whose colour is too near its ground's, with the ratio. Translucent colours
/// and opacity are laid over what lies below.
const CONTRAST: &str = r#"(() => {
  const parse = (text) => {
    const n = text.match(/[\d.]+/g).map(Number);
    return [n[0], n[1], n[2], n.length > 3 ? n[3] : 1];
  };
  const over = (top, below) => [0, 1, 2].map((i) => top[i] * top[3] + below[i] * (1 - top[3])).concat(1);
  const ground = (element) => {
    if (!element) return [255, 255, 255, 1];
    const own = parse(getComputedStyle(element).backgroundColor);
    return own[3] === 1 ? own : over(own, ground(element.parentElement));
  };
  const light = (color) => {
    const part = (v) => (v /= 255) <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4;
    return 0.2126 * part(color[0]) + 0.7152 * part(color[1]) + 0.0722 * part(color[2]);
  };
  const found = [];
  const look = (element, text, style) => {
    if (!text.trim() || !element.checkVisibility({ visibilityProperty: true, opacityProperty: true })) return;
    if (element.closest("[disabled]")) return;
    const below = ground(element);
    let ink = parse(style.color);
    for (let at = element; at; at = at.parentElement) ink[3] *= Number(getComputedStyle(at).opacity);
    ink = over(ink, below);
    const [a, b] = [light(ink), light(below)].sort((x, y) => y - x);
    const ratio = (a + 0.05) / (b + 0.05);
    const size = parseFloat(style.fontSize), bold = Number(style.fontWeight) >= 700;
    const needed = size >= 24 || (bold && size >= 18.66) ? 3 : 4.5;
    if (ratio < needed) found.push(`${text.trim().slice(0, 40)}: ${ratio.toFixed(2)}`);
  };
  const walk = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walk.nextNode()) {
    const element = walk.currentNode.parentElement;
    look(element, walk.currentNode.data, getComputedStyle(element));
  }
  for (const field of document.querySelectorAll("input, textarea")) {
    if (field.placeholder) look(field, field.placeholder, getComputedStyle(field, "::placeholder"));
    if (field.type !== "hidden") look(field, field.value, getComputedStyle(field));
  }
  return found;
})()"#;
