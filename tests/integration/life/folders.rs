//! A demonstration takes no folder, register or port that is not its own.

use super::*;

/// The content of a folder, to the byte.
fn contents(folder: &Path) -> BTreeMap<PathBuf, Vec<u8>> {
    let mut files = BTreeMap::new();
    for entry in fs::read_dir(folder).expect("a folder") {
        let path = entry.expect("an entry").path();
        if path.is_dir() {
            files.extend(contents(&path));
        } else {
            files.insert(path.clone(), fs::read(path).expect("a file"));
        }
    }
    files
}

/// `lrs` in a folder: whether it succeeded, and its output.
fn lrs_in(folder: &Path, arguments: &[&str]) -> (bool, String) {
    let output =
        Command::new(LRS).args(arguments).current_dir(folder).env_remove("LRS_STORE_URL").output().expect("lrs");
    (
        output.status.success(),
        String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr),
    )
}

/// The demo neither clears nor writes to a folder that no demo created.
#[test]
fn a_demo_refuses_the_folder_of_a_real_service() {
    let configuration = "[store]\nurl = \"lrs.db\"\n";
    let real = |folder: &Path| {
        fs::write(folder.join("lrs.toml"), configuration).expect("written");
        for command in [&["migrate"][..], &["cert", "new", "server", "--host", "localhost"]] {
            let (ok, said) = lrs_in(folder, command);
            assert!(ok, "{said}");
        }
    };
    let with_guide = |folder: &Path| {
        real(folder);
        fs::write(
            folder.join("demo.env"),
            "# Variables for clients of this demonstration. In a shell: . demo/demo.env\n",
        )
        .expect("written");
    };
    let authority = |folder: &Path| {
        with_guide(folder);
        fs::remove_file(folder.join("lrs.toml")).expect("removed");
    };
    let notes = |folder: &Path| fs::write(folder.join("notes.txt"), "mine").expect("written");
    let fills: [&dyn Fn(&Path); 4] = [&real, &with_guide, &authority, &notes];
    for fill in fills {
        let folder = tempfile::tempdir().expect("a folder");
        fill(folder.path());
        let before = contents(folder.path());
        for again in [&[][..], &["--reset"]] {
            let arguments = [
                &["demo", "--dir", ".", "--port", "0", "--portal-port", "0", "--ops-port", "0", "--learners", "1"],
                again,
            ]
            .concat();
            let (ok, said) = lrs_in(folder.path(), &arguments);
            assert!(!ok && said.contains("Nothing was written") && said.contains("--dir"), "{said}");
            assert!(contents(folder.path()) == before, "the folder is as it was");
        }
    }
}

/// A running demo keeps its folder, whatever the next one's ports are.
#[test]
fn a_running_demo_keeps_its_folder() {
    let mut deployment = Deployment::start(Database::Sqlite);
    let before = fs::read(deployment.dir().join("pki/ca.pem")).expect("a certificate");
    let directory = deployment.dir().display().to_string();
    for again in [&[][..], &["--reset"]] {
        let arguments =
            [&["demo", "--dir", &directory, "--port", "0", "--portal-port", "0", "--ops-port", "0"], again].concat();
        let (ok, said) = lrs_in(&deployment.dir(), &arguments);
        assert!(!ok && said.contains("running in this folder"), "{said}");
    }
    {
        let provider = deployment.provider();
        let find = provider.credentials().find_by_uln("FUL", "1000000000", "Body", "No");
        assert_eq!(provider.post(LS, &find).code(), "WSRC0001");
    }
    assert_eq!(fs::read(deployment.dir().join("pki/ca.pem")).expect("a certificate"), before);
    assert_eq!(deployment.stop(), Some(0));
}

/// Nor does it clear a register that replaced the demo's.
#[test]
fn a_demo_does_not_clear_another_register() {
    let mut deployment = Deployment::start(Database::Sqlite);
    assert_eq!(deployment.stop(), Some(0));
    for file in ["lrs.db", "lrs.db-wal", "lrs.db-shm", "lrs.db-trail"] {
        let _ = fs::remove_file(deployment.dir().join(file));
    }
    for arguments in
        [&["migrate"][..], &["org", "add", "--ukprn", "90000051", "--ref", "RIVER1", "--name", "Riverside", "--lrb"]]
    {
        let output = deployment.lrs(arguments);
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    }
    let directory = deployment.dir().display().to_string();
    let arguments = ["demo", "--dir", &directory, "--port", "0", "--portal-port", "0", "--ops-port", "0", "--reset"];
    let (ok, said) = lrs_in(&deployment.dir(), &arguments);
    assert!(!ok && said.contains("database of its own"), "{said}");
    let listed = String::from_utf8_lossy(&deployment.lrs(&["org", "list"]).stdout).into_owned();
    assert!(listed.contains("RIVER1"), "{listed}");
}

/// A port in use is reported as an error.
#[test]
fn a_taken_port_is_reported() {
    let deployment = Deployment::shared(Database::Sqlite);
    let folder = tempfile::tempdir().expect("a folder");
    let port = deployment.port().to_string();
    let directory = folder.path().join("demo");
    let output = deployment.lrs(&[
        "demo",
        "--dir",
        &directory.display().to_string(),
        "--port",
        &port,
        "--portal-port",
        "0",
        "--ops-port",
        "0",
        "--learners",
        "1",
    ]);
    assert!(!output.status.success());
    let text = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(text.contains(&port) && text.contains("--port 0 picks a free one"), "{text}");
    assert!(!directory.exists(), "nothing was written");
}
