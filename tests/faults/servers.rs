//! Real servers, each in a folder of its own: `ippeveprinter` with a private D-Bus and Avahi, and
//! `cupsd` with a backend that counts what came out. Neither touches the machine's services.

use std::fs::{self, File};
use std::net::{TcpListener, TcpStream};
use std::os::unix::fs::{PermissionsExt, chown};
use std::os::unix::net::UnixStream;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicU16, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, kill_process};
use tempfile::TempDir;

use crate::parts::{self, Part};

const IPPEVEPRINTER: Part = Part("ippeveprinter", "cups-ipp-utils");
const DBUS: Part = Part("dbus-daemon", "dbus-daemon");
const AVAHI: Part = Part("avahi-daemon", "avahi-daemon");
const CUPSD: Part = Part("cupsd", "cups-daemon");

/// The one media of both, as their keyword.
pub const MEDIA: &str = "custom_id1_53.98x85.6mm";

/// Shell text of a printer that waits with a card until its test calls `open`.
pub const WAITS: &str = "while [ -d $BASE ] && ! [ -e $BASE/open ]; do sleep 0.05; done\n";

/// A process that is sent this signal when it is let go.
pub struct Running(Child, Signal);

impl Running {
    fn start(command: &mut Command, log: &Path, end: Signal) -> Self {
        let log = File::create(log).unwrap();
        let errors = log.try_clone().unwrap();
        let command = command.stdin(Stdio::null()).stdout(log).stderr(errors);
        Self(command.spawn().unwrap(), end)
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        // It may have ended by itself.
        kill_process(Pid::from_child(&self.0), self.1).ok();
        self.0.wait().ok();
    }
}

/// A port for a server that is told its own. Below those that the system lends (32768 and up), or
/// another test could be lent it while the server restarts.
fn free_port() -> u16 {
    static NEXT: AtomicU16 = AtomicU16::new(0);
    let first = 20_000 + (std::process::id() % 10_000) as u16;
    loop {
        let port = first + NEXT.fetch_add(1, Ordering::Relaxed);
        if TcpListener::bind(("127.0.0.1", port)).is_ok() {
            return port;
        }
    }
}

/// Waits until the server that writes this log is there.
fn wait_for(log: &Path, is_there: impl Fn() -> bool) {
    let began = Instant::now();
    while !is_there() {
        assert!(
            began.elapsed() < Duration::from_secs(120),
            "it never came: {}: {}",
            log.display(),
            fs::read_to_string(log).unwrap_or_default()
        );
        thread::sleep(Duration::from_millis(20));
    }
}

fn answers(port: u16) -> bool {
    TcpStream::connect(("127.0.0.1", port)).is_ok()
}

fn script(path: &Path, text: &str) {
    fs::write(path, format!("#!/bin/sh\n{text}")).unwrap();
    fs::set_permissions(path, fs::Permissions::from_mode(0o700)).unwrap();
}

/// Lets the cards out that wait in [`WAITS`].
fn open(folder: &TempDir) {
    File::create(folder.path().join("open")).unwrap();
}

/// How many cards came out of jobs of this name.
fn count(out: &Path, name: &str) -> usize {
    let text = fs::read_to_string(out).unwrap_or_default();
    text.lines().filter(|line| *line == name).count()
}

/// Debian's `ippeveprinter`: forgets its jobs and counts from 1 again when it restarts.
pub struct IppEve {
    folder: TempDir,
    port: u16,
    printer: Option<Running>,
    _avahi: Running,
    _bus: Running,
    /// Given back last.
    _one: MutexGuard<'static, ()>,
}

/// A machine runs one Avahi: it keeps its number at one place in `/run`.
static ONE_AVAHI: Mutex<()> = Mutex::new(());

impl IppEve {
    /// `print` is the shell text that prints a card: it may write `STATE:` lines to stderr, and
    /// calls `came_out` when the card is out. `None` where its parts are missing.
    pub fn start(test: &str, print: &str) -> Option<Self> {
        if !parts::have(test, &[IPPEVEPRINTER, DBUS, AVAHI]) {
            return None;
        }
        // A test that failed leaves nothing behind that the next one could trip over.
        let one = ONE_AVAHI.lock().unwrap_or_else(PoisonError::into_inner);
        let folder = tempfile::tempdir().unwrap();
        let at = |name: &str| folder.path().join(name);
        let bus = at("bus");
        fs::write(
            at("dbus.conf"),
            format!(
                "<busconfig><listen>unix:path={}</listen><auth>EXTERNAL</auth>\
                 <policy context=\"default\"><allow user=\"*\"/>\
                 <allow send_destination=\"*\" eavesdrop=\"true\"/>\
                 <allow eavesdrop=\"true\"/><allow own=\"*\"/></policy></busconfig>",
                bus.display()
            ),
        )
        .unwrap();
        let mut command = Command::new("dbus-daemon");
        command.args(["--nofork", "--nopidfile"]);
        command.arg(format!("--config-file={}", at("dbus.conf").display()));
        let dbus = Running::start(&mut command, &at("dbus.log"), Signal::TERM);
        wait_for(&at("dbus.log"), || UnixStream::connect(&bus).is_ok());
        let avahi = "[server]\nuse-ipv6=no\nallow-interfaces=lo\nenable-dbus=yes\n\
                     [wide-area]\nenable-wide-area=no\n";
        fs::write(at("avahi.conf"), avahi).unwrap();
        let mut command = Command::new("avahi-daemon");
        command.args(["--no-drop-root", "--no-chroot", "--no-rlimits", "-f"]);
        command
            .arg(at("avahi.conf"))
            .env("DBUS_SYSTEM_BUS_ADDRESS", address(&bus));
        let log = at("avahi.log");
        // Not killed: it would leave its number behind, and the system lends that to another.
        let avahi = Running::start(&mut command, &log, Signal::TERM);
        wait_for(&log, || {
            let said = fs::read_to_string(&log).unwrap_or_default();
            said.contains("startup complete")
        });
        script(
            &at("print"),
            &format!(
                "BASE={}\ncame_out() {{ echo \"$IPP_JOB_NAME\" >> $BASE/out; }}\n{print}\n",
                folder.path().display()
            ),
        );
        let attributes = format!(
            "ATTR keyword media-supported {MEDIA}\nATTR keyword media-default {MEDIA}\n\
                          ATTR keyword media-ready {MEDIA}\n\
                          ATTR collection media-size-supported {{ MEMBER integer x-dimension 5398 \
                          MEMBER integer y-dimension 8560 }}\n\
                          ATTR mimeMediaType document-format-supported application/pdf\n\
                          ATTR mimeMediaType document-format-default application/pdf\n\
                          ATTR keyword sides-supported one-sided,two-sided-long-edge\n"
        );
        fs::write(at("attributes.conf"), attributes).unwrap();
        fs::create_dir(at("spool")).unwrap();
        let mut eve = Self {
            folder,
            port: free_port(),
            printer: None,
            _avahi: avahi,
            _bus: dbus,
            _one: one,
        };
        eve.switch_on();
        Some(eve)
    }

    pub fn switch_on(&mut self) {
        let at = |name: &str| self.folder.path().join(name);
        let mut command = Command::new("ippeveprinter");
        command.arg("-a").arg(at("attributes.conf"));
        command
            .arg("-c")
            .arg(at("print"))
            .arg("-d")
            .arg(at("spool"));
        command.args([
            "-p",
            &self.port.to_string(),
            "-n",
            "localhost",
            "-r",
            "off",
            "Kartu",
        ]);
        command.env("DBUS_SYSTEM_BUS_ADDRESS", address(&at("bus")));
        self.printer = Some(Running::start(
            &mut command,
            &at("printer.log"),
            Signal::KILL,
        ));
        wait_for(&at("printer.log"), || answers(self.port));
    }

    /// SIGKILL, as when its power goes.
    pub fn kill(&mut self) {
        self.printer = None;
    }

    pub fn uri(&self) -> String {
        format!("ipp://localhost:{}/ipp/print", self.port)
    }

    pub fn came_out(&self, name: &str) -> usize {
        count(&self.folder.path().join("out"), name)
    }

    pub fn open(&self) {
        open(&self.folder);
    }
}

fn address(bus: &Path) -> String {
    format!("unix:path={}", bus.display())
}

/// `cupsd` with one raw queue, `kartu`. Keeps its jobs over a restart.
pub struct Cups {
    folder: TempDir,
    port: u16,
    server: Option<Running>,
}

impl Cups {
    /// `print` is the shell text of the backend that prints a card, with `came_out` as above. A
    /// backend outlives a killed `cupsd`.
    pub fn start(test: &str, print: &str) -> Option<Self> {
        if !parts::have(test, &[CUPSD]) {
            return None;
        }
        let folder = tempfile::tempdir().unwrap();
        let at = |name: &str| folder.path().join(name);
        let port = free_port();
        // cupsd runs filters and its own files as `lp`, and will not as root.
        let everyone = fs::Permissions::from_mode(0o755);
        fs::set_permissions(folder.path(), everyone).unwrap();
        for name in [
            "etc",
            "spool",
            "cache",
            "run",
            "log",
            "tmp",
            "bin",
            "bin/backend",
        ] {
            fs::create_dir(at(name)).unwrap();
        }
        for name in ["daemon", "driver", "filter", "monitor", "notifier"] {
            let real = PathBuf::from("/usr/lib/cups").join(name);
            if real.exists() {
                std::os::unix::fs::symlink(real, at("bin").join(name)).unwrap();
            }
        }
        script(
            &at("bin/backend/kartu"),
            &format!(
                "[ $# = 0 ] && exit 0\ncat $6 > {0}/tmp/document\n\
                 came_out() {{ echo \"$NAME\" >> {0}/out; }}\nNAME=$3; BASE={0}\n{print}\n",
                folder.path().display()
            ),
        );
        let root = folder.path().display();
        let files = format!(
            "ServerRoot {root}/etc\nRequestRoot {root}/spool\nCacheDir {root}/cache\n\
             StateDir {root}/run\nDataDir /usr/share/cups\nServerBin {root}/bin\n\
             TempDir {root}/tmp\nErrorLog {root}/log/error\nAccessLog {root}/log/access\n\
             PageLog {root}/log/page\nUser lp\nGroup lp\nSystemGroup root\n"
        );
        fs::write(at("etc/cups-files.conf"), files).unwrap();
        let daemon = format!(
            "Listen 127.0.0.1:{port}\nBrowsing No\nWebInterface No\nDefaultAuthType None\n\
             PreserveJobHistory Yes\nDirtyCleanInterval 0\nJobRetryInterval 1\n\
             <Location />\nOrder allow,deny\nAllow localhost\n</Location>\n\
             <Policy default>\n<Limit All>\nOrder deny,allow\n</Limit>\n</Policy>\n"
        );
        fs::write(at("etc/cupsd.conf"), daemon).unwrap();
        let queue = "<Printer kartu>\nDeviceURI kartu:/\nState Idle\nAccepting Yes\n\
                     JobSheets none none\nOpPolicy default\nErrorPolicy abort-job\n</Printer>\n";
        fs::write(at("etc/printers.conf"), queue).unwrap();
        let lp = fs::read_to_string("/etc/passwd").unwrap();
        let lp = lp.lines().find(|line| line.starts_with("lp:")).unwrap();
        let id = |field: usize| {
            lp.split(':')
                .nth(field)
                .map(|id| id.parse::<u32>().unwrap())
        };
        for name in ["spool", "cache", "run", "log", "tmp", "etc"] {
            chown(at(name), id(2), id(3)).unwrap();
        }
        let mut cups = Self {
            folder,
            port,
            server: None,
        };
        cups.switch_on();
        Some(cups)
    }

    pub fn switch_on(&mut self) {
        let at = |name: &str| self.folder.path().join(name);
        let mut command = Command::new("cupsd");
        command.arg("-f").arg("-c").arg(at("etc/cupsd.conf"));
        command.arg("-s").arg(at("etc/cups-files.conf"));
        self.server = Some(Running::start(&mut command, &at("cupsd.log"), Signal::KILL));
        wait_for(&at("cupsd.log"), || answers(self.port));
    }

    pub fn kill(&mut self) {
        self.server = None;
    }

    pub fn uri(&self) -> String {
        format!("ipp://localhost:{}/printers/kartu", self.port)
    }

    pub fn came_out(&self, name: &str) -> usize {
        count(&self.folder.path().join("out"), name)
    }
    pub fn open(&self) {
        open(&self.folder);
    }

    /// Waits until a card of this job is out.
    pub fn wait_for_card(&self, name: &str) {
        wait_for(&self.folder.path().join("log/error"), || {
            self.came_out(name) > 0
        });
    }
}
