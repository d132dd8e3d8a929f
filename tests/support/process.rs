//! A child process that cannot outlive its test.
//!
//! Three nets, one below the other:
//!
//! 1. [`Process`] ends its own child by process id when it is dropped (SIGTERM, then SIGKILL) and
//!    waits for it.
//! 2. `setpriv --pdeathsig` has the kernel end the child when the test process dies in any other way.
//!    That signal fires when the **thread** that spawned the child ends, so one thread that lives as
//!    long as the process spawns them all.
//! 3. A janitor holds a pipe to the test process. At its end it ends whatever still works inside the
//!    process's temporary folder, and removes the folder.

use std::fs::{self, File};
use std::io;
use std::net::{SocketAddr, TcpStream};
use std::os::unix::fs::PermissionsExt;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, ChildStdout, Command, ExitStatus, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Mutex, OnceLock, mpsc};
use std::time::{Duration, Instant};

use super::{find_program, poll};

/// How long a child may take to end by itself before it is killed.
const GRACE: Duration = Duration::from_secs(5);
/// How much of a log is shown when a test fails.
const TAIL_LINES: usize = 60;

/// What to start, and how.
pub struct Spec {
    name: String,
    program: PathBuf,
    args: Vec<String>,
    envs: Vec<(String, String)>,
    user: Option<String>,
    stop_signal: &'static str,
    death_signal: &'static str,
    dir: Option<PathBuf>,
    piped: bool,
}

impl Spec {
    /// A program by its path; `name` is for folders and for people.
    pub fn new(name: &str, program: impl Into<PathBuf>) -> Spec {
        Spec {
            name: name.to_owned(),
            program: program.into(),
            args: Vec::new(),
            envs: Vec::new(),
            user: None,
            stop_signal: "TERM",
            death_signal: "KILL",
            dir: None,
            piped: false,
        }
    }

    pub fn args<S: ToString>(mut self, args: impl IntoIterator<Item = S>) -> Spec {
        self.args.extend(args.into_iter().map(|arg| arg.to_string()));
        self
    }

    pub fn env(mut self, key: &str, value: impl ToString) -> Spec {
        self.envs.push((key.to_owned(), value.to_string()));
        self
    }

    /// Runs as this user (only root can).
    pub fn user(mut self, user: Option<&str>) -> Spec {
        self.user = user.map(str::to_owned);
        self
    }

    /// The signal that asks for a clean end, where it is not SIGTERM.
    pub fn stop_signal(mut self, signal: &'static str) -> Spec {
        self.stop_signal = signal;
        self
    }

    /// What the kernel sends when the test process dies, where it is not SIGKILL.
    pub fn death_signal(mut self, signal: &'static str) -> Spec {
        self.death_signal = signal;
        self
    }

    /// Works in this folder (inside [`root`]) instead of a new one.
    pub fn dir(mut self, dir: &Path) -> Spec {
        self.dir = Some(dir.to_owned());
        self
    }

    /// Keeps stdin and stdout as pipes instead of closing the one and logging the other.
    pub fn piped(mut self) -> Spec {
        self.piped = true;
        self
    }

    /// Starts it.
    pub fn spawn(self) -> Process {
        let dir = self.dir.clone().unwrap_or_else(|| new_dir(&self.name));
        let log = |stream: &str| dir.join(format!("{}.{stream}", self.name));
        let open = |path: &Path| {
            File::options()
                .create(true)
                .append(true)
                .open(path)
                .expect("a log file")
        };
        let (out, err) = (log("stdout"), log("stderr"));

        let mut command = Command::new(find_program("setpriv"));
        if let Some(user) = &self.user {
            // The credentials change first: changing them clears the death signal.
            command.args(["--reuid", user, "--regid", user, "--init-groups"]);
        }
        command
            .args(["--pdeathsig", self.death_signal, "--"])
            .arg(&self.program)
            .args(&self.args);
        command.envs(self.envs.iter().map(|(key, value)| (key, value)));
        command.current_dir(&dir).process_group(0).stderr(open(&err));
        if self.piped {
            command.stdin(Stdio::piped()).stdout(Stdio::piped());
        } else {
            command.stdin(Stdio::null()).stdout(open(&out));
        }
        let child = spawn_from_lasting_thread(command).unwrap_or_else(|error| {
            panic!("cannot start {} ({}): {error}", self.name, self.program.display())
        });
        Process {
            pid: child.id(),
            child: Mutex::new(child),
            name: self.name,
            stop_signal: self.stop_signal,
            dir,
            logs: [out, err],
        }
    }
}

/// A running child; dropping it ends it.
pub struct Process {
    pid: u32,
    child: Mutex<Child>,
    name: String,
    stop_signal: &'static str,
    dir: PathBuf,
    logs: [PathBuf; 2],
}

impl Process {
    pub fn pid(&self) -> u32 {
        self.pid
    }

    /// The folder it works in.
    pub fn dir(&self) -> &Path {
        &self.dir
    }

    /// The pipes of a [`Spec::piped`] child; `None` the second time.
    pub fn take_pipes(&self) -> Option<(ChildStdin, ChildStdout)> {
        let mut child = self.lock();
        child.stdin.take().zip(child.stdout.take())
    }

    /// How it ended, or `None` while it runs.
    pub fn exit_status(&self) -> Option<ExitStatus> {
        self.lock().try_wait().expect("a child of our own")
    }

    /// Everything it wrote so far, stdout then stderr.
    pub fn log(&self) -> String {
        self.logs.iter().map(|path| read_lossy(path)).collect()
    }

    /// Sends a signal by name (`TERM`, `STOP`, `CONT`, …) to this process alone.
    pub fn signal(&self, signal: &str) {
        send_signal(signal, self.pid);
    }

    /// SIGKILL, and waits until it is gone.
    pub fn kill9(&self) {
        let mut child = self.lock();
        let _ = child.kill();
        let _ = child.wait();
    }

    /// Asks for a clean end, waits, and kills what does not listen.
    pub fn stop(&self) -> ExitStatus {
        if self.exit_status().is_none() {
            self.signal(self.stop_signal);
            let deadline = Instant::now() + GRACE;
            while self.exit_status().is_none() && Instant::now() < deadline {
                std::thread::sleep(Duration::from_millis(5));
            }
            if self.exit_status().is_none() {
                eprintln!(
                    "{} (pid {}) did not end in {GRACE:?}: killed",
                    self.name, self.pid
                );
                self.kill9();
            }
        }
        self.lock().wait().expect("a child of our own")
    }

    /// Waits until something accepts connections there.
    pub async fn wait_for_port(&self, port: u16, timeout: Duration) {
        let address = SocketAddr::from(([127, 0, 0, 1], port));
        let open = poll(timeout, async || {
            self.fail_if_ended();
            TcpStream::connect_timeout(&address, Duration::from_millis(200)).ok()
        });
        if open.await.is_none() {
            panic!(
                "{} did not listen on {address} in {timeout:?}\n{}",
                self.name,
                self.log_tail()
            );
        }
    }

    /// Waits until a line of its log contains `needle`, and returns that line.
    pub async fn wait_for_log_line(&self, needle: &str, timeout: Duration) -> String {
        let found = poll(timeout, async || {
            let line = self
                .log()
                .lines()
                .find(|line| line.contains(needle))
                .map(str::to_owned);
            if line.is_none() {
                self.fail_if_ended();
            }
            line
        });
        match found.await {
            Some(line) => line,
            None => panic!(
                "{} did not log {needle:?} in {timeout:?}\n{}",
                self.name,
                self.log_tail()
            ),
        }
    }

    /// Fails the test, with the log, if it has ended already.
    pub fn fail_if_ended(&self) {
        if let Some(status) = self.exit_status() {
            panic!("{} ended too early: {status}\n{}", self.name, self.log_tail());
        }
    }

    /// The last lines of its log.
    pub fn log_tail(&self) -> String {
        let log = self.log();
        let lines: Vec<&str> = log.lines().collect();
        let tail = &lines[lines.len().saturating_sub(TAIL_LINES)..];
        format!(
            "--- log of {} (pid {}) ---\n{}\n---",
            self.name,
            self.pid,
            tail.join("\n")
        )
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Child> {
        self.child.lock().unwrap_or_else(|poisoned| poisoned.into_inner())
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        if std::thread::panicking() {
            eprintln!("{}", self.log_tail());
        }
        self.stop();
    }
}

/// Sends a signal to one process.
pub fn send_signal(signal: &str, pid: u32) {
    let _ = Command::new(find_program("kill"))
        .args([format!("-{signal}"), pid.to_string()])
        .stderr(Stdio::null())
        .status();
}

/// Runs a short command to its end and returns its stdout; fails the test when it fails.
pub fn run(command: &mut Command) -> String {
    let output = command.stdin(Stdio::null()).output();
    let output = output.unwrap_or_else(|error| panic!("cannot run {command:?}: {error}"));
    assert!(
        output.status.success(),
        "{command:?}: {}\n{}{}",
        output.status,
        String::from_utf8_lossy(&output.stdout),
        String::from_utf8_lossy(&output.stderr)
    );
    String::from_utf8_lossy(&output.stdout).into_owned()
}

/// A new folder for one child, inside [`root`].
pub fn new_dir(name: &str) -> PathBuf {
    static NEXT: AtomicU32 = AtomicU32::new(1);
    let dir = root().join(format!("{name}-{}", NEXT.fetch_add(1, Ordering::Relaxed)));
    fs::create_dir(&dir).expect("a new folder");
    dir
}

/// This test process's temporary folder. The janitor removes it when the process has ended, unless
/// `PARTYLINE_TEST_KEEP` is set.
pub fn root() -> &'static Path {
    static ROOT: OnceLock<PathBuf> = OnceLock::new();
    ROOT.get_or_init(|| {
        let root = tempfile::Builder::new()
            .prefix("partyline-test-")
            .tempdir()
            .expect("a temporary folder");
        let root = fs::canonicalize(root.keep()).expect("the folder just made");
        // Others may pass through (PostgreSQL runs as another user) but not look around.
        fs::set_permissions(&root, fs::Permissions::from_mode(0o711)).expect("our own folder");
        start_janitor(&root);
        root
    })
}

/// Reads until the pipe ends with the test process, then ends what still works inside the folder
/// (seen by its current directory) and removes it.
const JANITOR: &str = r#"
root=$1
cat >/dev/null
each_left() {
    for dir in /proc/[0-9]*; do
        case "$(readlink "$dir/cwd" 2>/dev/null)" in
            "$root"/*) kill "-$1" "${dir#/proc/}" 2>/dev/null; left=yes ;;
        esac
    done
}
try=0
while [ "$try" -lt 60 ]; do
    left=no
    if [ "$try" -eq 0 ]; then each_left INT; elif [ "$try" -eq 40 ]; then each_left KILL; else each_left 0; fi
    [ "$left" = no ] && break
    try=$((try + 1))
    sleep 0.1
done
if [ -n "$PARTYLINE_TEST_KEEP" ]; then exit 0; fi
rm -rf "$root"
"#;

fn start_janitor(root: &Path) {
    let mut command = Command::new(find_program("sh"));
    command.args(["-c", JANITOR, "partyline-test-janitor"]).arg(root);
    command.current_dir("/").process_group(0);
    command
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .stderr(Stdio::null());
    // Never waited for: it outlives this process by design. Its stdin must stay open until the end.
    let child = command.spawn().expect("a shell");
    static PIPE: OnceLock<Child> = OnceLock::new();
    let _ = PIPE.set(child);
}

fn spawn_from_lasting_thread(command: Command) -> io::Result<Child> {
    type Order = (Command, mpsc::Sender<io::Result<Child>>);
    static SPAWNER: OnceLock<Mutex<mpsc::Sender<Order>>> = OnceLock::new();
    let spawner = SPAWNER.get_or_init(|| {
        let (orders, inbox) = mpsc::channel::<Order>();
        std::thread::Builder::new()
            .name("spawner".to_owned())
            .spawn(move || {
                for (mut command, answer) in inbox {
                    let _ = answer.send(command.spawn());
                }
            })
            .expect("a thread");
        Mutex::new(orders)
    });
    let (answer, result) = mpsc::channel();
    spawner
        .lock()
        .unwrap_or_else(|poisoned| poisoned.into_inner())
        .send((command, answer))
        .expect("the spawner lives as long as the process");
    result.recv().expect("the spawner answers every order")
}

fn read_lossy(path: &Path) -> String {
    fs::read(path)
        .map(|bytes| String::from_utf8_lossy(&bytes).into_owned())
        .unwrap_or_default()
}
