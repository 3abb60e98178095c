//! Other programs that a test needs beside the service, such as HAProxy: each with a folder of its
//! own, and ended when the test drops it or dies.

use std::fs;
use std::os::unix::fs::{MetadataExt, PermissionsExt, chown};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};

use tempfile::TempDir;

/// Runs the program as a child. When the pipe from the test closes, however the test ended, it
/// kills the program, then the server whose process id is in a file of PostgreSQL, and removes the
/// folder.
const SUPERVISOR: &str = r#"
folder=$1; shift
PATH=$PATH:/usr/sbin
exec 3<&0
"$@" 3<&- </dev/null >>"$folder/log" 2>&1 &
child=$!
echo "$child" >"$folder/pid"
{
    read -r _ <&3
    kill -KILL "$child" 2>/dev/null
    if [ -e "$folder/data/postmaster.pid" ]; then
        server=$(head -n 1 "$folder/data/postmaster.pid")
        while grep -qs "$folder" "/proc/$server/cmdline"; do
            kill -QUIT "$server" 2>/dev/null
            sleep 0.05
        done
    fi
    rm -rf "$folder"
} &
wait "$child"
wait
"#;

/// The user of PostgreSQL and PgBouncer, which refuse to run as root.
const UNPRIVILEGED: &str = "postgres";

/// A folder of a program, readable for its user.
pub struct Folder {
    folder: TempDir,
    unprivileged: bool,
}

impl Folder {
    /// For a program that runs as the user of the test.
    pub fn new() -> Folder {
        Folder { folder: tempfile::tempdir().expect("a folder"), unprivileged: false }
    }

    /// For a program that refuses to run as root.
    pub fn unprivileged() -> Folder {
        let folder = Folder { unprivileged: is_root(), ..Folder::new() };
        folder.give(folder.path());
        folder
    }

    pub fn path(&self) -> &Path {
        self.folder.path()
    }

    /// Writes a file that the program can read.
    pub fn write(&self, name: &str, text: &str) -> PathBuf {
        let path = self.path().join(name);
        fs::write(&path, text).expect("written");
        self.give(&path);
        path
    }

    fn give(&self, path: &Path) {
        if self.unprivileged {
            let (user, group) = unprivileged();
            chown(path, Some(user), Some(group)).expect("a folder given away");
        }
        let mode = if path.is_dir() { 0o700 } else { 0o600 };
        fs::set_permissions(path, fs::Permissions::from_mode(mode)).expect("permissions");
    }

    /// Runs a script as the program's user, in the folder, with PostgreSQL's programs at hand.
    pub fn run(&self, script: &str) -> Output {
        let mut command = self.as_user(["sh", "-c", script]);
        let path = std::env::var("PATH").expect("PATH");
        command.env("PATH", format!("{}:{path}", postgres_programs()));
        command.current_dir(self.path()).stdin(Stdio::null()).output().expect("sh")
    }

    /// A command by the program's user.
    fn as_user<'a>(&self, words: impl IntoIterator<Item = &'a str>) -> Command {
        let mut words: Vec<String> = words.into_iter().map(str::to_owned).collect();
        if self.unprivileged {
            let (user, group) = unprivileged();
            let user = ["setpriv".to_owned(), format!("--reuid={user}"), format!("--regid={group}")];
            words.splice(0..0, user.into_iter().chain(["--clear-groups".to_owned()]));
        }
        let mut command = Command::new(&words[0]);
        command.args(&words[1..]).env("HOME", self.path());
        command
    }

    /// Starts the program. `command` is its name, its options and its environment.
    pub fn start(self, command: Command) -> Program {
        let mut program = Program { folder: self, command, supervisors: Vec::new() };
        program.start_again();
        program
    }
}

/// A program that runs.
pub struct Program {
    folder: Folder,
    command: Command,
    /// One for each start.
    supervisors: Vec<Child>,
}

impl Program {
    /// Starts it once more in its folder, after it has ended.
    pub fn start_again(&mut self) {
        let mut supervisor = Command::new("sh");
        supervisor.args(["-c", SUPERVISOR, "sh"]).arg(self.path());
        if self.folder.unprivileged {
            let (user, group) = unprivileged();
            supervisor.args(["setpriv", &format!("--reuid={user}"), &format!("--regid={group}"), "--clear-groups"]);
        }
        supervisor.arg(self.command.get_program()).args(self.command.get_args());
        supervisor.envs(self.command.get_envs().filter_map(|(name, value)| Some((name, value?))));
        supervisor.env("HOME", self.path()).current_dir(self.path());
        supervisor.stdin(Stdio::piped()).stdout(Stdio::null()).stderr(Stdio::null());
        self.supervisors.push(supervisor.spawn().expect("sh"));
    }

    pub fn path(&self) -> &Path {
        self.folder.path()
    }

    /// Runs a script as its user, in its folder.
    pub fn run(&self, script: &str) -> Output {
        self.folder.run(script)
    }

    /// What it has written so far.
    pub fn log(&self) -> String {
        fs::read_to_string(self.path().join("log")).unwrap_or_default()
    }

    /// Kills it.
    pub fn kill(&self) {
        let status = Command::new("kill").args(["-KILL", &self.process().to_string()]).status().expect("kill");
        assert!(status.success(), "kill");
    }

    /// Its process id.
    pub fn process(&self) -> u32 {
        let text = fs::read_to_string(self.path().join("pid")).expect("a process id");
        text.trim().parse().expect("a number")
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        for supervisor in &mut self.supervisors {
            drop(supervisor.stdin.take());
            let _ = supervisor.wait();
        }
    }
}

fn is_root() -> bool {
    fs::metadata("/proc/self").is_ok_and(|process| process.uid() == 0)
}

/// The numbers of the unprivileged user and its group.
fn unprivileged() -> (u32, u32) {
    let users = fs::read_to_string("/etc/passwd").expect("the users");
    let user = users.lines().find_map(|line| line.strip_prefix(&format!("{UNPRIVILEGED}:")));
    let mut numbers = user.expect("the user postgres: run scripts/test-environment").split(':').skip(1);
    let mut number = || numbers.next().expect("a field").parse().expect("a number");
    (number(), number())
}

/// The folder of the newest PostgreSQL's programs.
pub fn postgres_programs() -> String {
    let versions = fs::read_dir("/usr/lib/postgresql").expect("PostgreSQL: run scripts/test-environment");
    let programs = versions.filter_map(Result::ok).map(|version| version.path().join("bin"));
    let number = |programs: &PathBuf| {
        let version = programs.parent().and_then(|version| version.file_name()?.to_str()?.parse::<u32>().ok());
        programs.join("initdb").exists().then_some(version).flatten()
    };
    let newest = programs.max_by_key(number).expect("PostgreSQL: run scripts/test-environment");
    newest.display().to_string()
}
