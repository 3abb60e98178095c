//! Reads the source: its files, their place in the tree of modules, and what each imports.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

/// The path of a module from the crate: `["store", "learners", "bulk"]`.
pub type Module = Vec<String>;

/// The modules of a crate, each with the text of its file without comments and tests.
pub struct Source {
    files: BTreeMap<Module, String>,
}

impl Source {
    /// Reads a crate's folder `src`.
    pub fn read(src: &Path) -> Self {
        let files = rust_files(src).into_iter().filter(|file| !is_test(src, file));
        let files = files.map(|file| (module_of(src, &file), code(&fs::read_to_string(&file).expect("a source file"))));
        Self { files: files.collect() }
    }

    /// The modules.
    pub fn modules(&self) -> impl Iterator<Item = &Module> {
        self.files.keys()
    }

    /// The modules that a module imports, but for those that it stands in.
    pub fn imports(&self, module: &Module) -> BTreeSet<Module> {
        let Some(text) = self.files.get(module) else { return BTreeSet::new() };
        let mut imports: BTreeSet<Module> = self.paths(module, text).filter_map(|path| self.owner(&path, 0)).collect();
        imports.retain(|import| !module.starts_with(import));
        imports
    }

    /// All paths that a text names, from the crate's root: by `crate::`, `super::`, or a child.
    fn paths(&self, module: &Module, text: &str) -> impl Iterator<Item = Module> {
        let mut paths = Vec::new();
        for path in named(text, "crate") {
            paths.push(path[1..].to_vec());
        }
        for path in named(text, "super") {
            let above = path.iter().take_while(|part| *part == "super").count();
            let outer = module.len().saturating_sub(above);
            paths.push([&module[..outer], &path[above..]].concat());
        }
        for child in self.modules().filter(|child| child.len() == module.len() + 1 && child.starts_with(module)) {
            let name = child.last().expect("a name");
            paths.extend(named(text, name).into_iter().map(|path| [&module[..], &path[..]].concat()));
        }
        paths.into_iter()
    }

    /// The module that declares what a path names, also where another one hands it on (`pub use`).
    fn owner(&self, path: &[String], hops: usize) -> Option<Module> {
        let (module, text) = (0..=path.len()).rev().find_map(|end| self.files.get_key_value(&path[..end]))?;
        let Some(item) = path.get(module.len()).filter(|_| hops < 4) else { return Some(module.clone()) };
        let handed_on = statements(text, "use ").into_iter().flat_map(|statement| {
            self.paths(module, statement).filter(|path| path.last() == Some(item)).collect::<Vec<_>>()
        });
        handed_on
            .filter(|path| path != &[module.as_slice(), std::slice::from_ref(item)].concat())
            .find_map(|path| self.owner(&path, hops + 1))
            .or_else(|| Some(module.clone()))
    }
}

/// The statements that begin with a word, each to its semicolon.
fn statements<'t>(text: &'t str, word: &str) -> Vec<&'t str> {
    text.match_indices(word).filter_map(|(at, _)| text[at..].split(';').next()).collect()
}

/// Every path in a text that begins with a name, groups written out: `a::{b, c::D}` is `a::b` and
/// `a::c::D`.
pub fn named(text: &str, first: &str) -> Vec<Vec<String>> {
    let start = format!("{first}::");
    let begins = |at: usize| !text[..at].ends_with(|c: char| c.is_alphanumeric() || c == '_' || c == ':' || c == '.');
    let mut paths = Vec::new();
    for (at, _) in text.match_indices(&start).filter(|(at, _)| begins(*at)) {
        write_out(&text[at..], &mut Vec::new(), &mut paths);
    }
    paths
}

/// Adds the paths of a tree such as `a::{b, c::D}`; returns how much of the text it takes.
fn write_out(text: &str, before: &mut Vec<String>, paths: &mut Vec<Vec<String>>) -> usize {
    let depth = before.len();
    let mut at = 0;
    loop {
        at += text[at..].len() - text[at..].trim_start().len();
        if text[at..].starts_with('{') {
            at += 1;
            while !text[at..].trim_start().starts_with('}') && at < text.len() {
                at += write_out(&text[at..], before, paths);
                at += text[at..].find([',', '}']).unwrap_or(text.len() - at);
                at += usize::from(text[at..].starts_with(','));
            }
            at += text[at..].find('}').map_or(0, |end| end + 1);
            break;
        }
        let name: String = text[at..].chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect();
        at += name.len();
        before.push(name);
        if !text[at..].starts_with("::") || text[at..].starts_with("::<") || text[at..].starts_with("::*") {
            paths.push(before.clone());
            break;
        }
        at += 2;
    }
    before.truncate(depth);
    at
}

/// A text without comments and without the tests at its end.
fn code(text: &str) -> String {
    let mut lines = Vec::new();
    for line in text.lines() {
        let starts_tests = lines.last().is_some_and(|last: &&str| last.starts_with("#[cfg(") && last.contains("test"));
        if starts_tests && line.starts_with("mod ") && line.ends_with('{') {
            break;
        }
        lines.push(line.split("//").next().unwrap_or_default());
    }
    lines.join("\n")
}

/// Where a file stands in the tree of modules; `lib.rs` and `main.rs` are its root.
fn module_of(src: &Path, file: &Path) -> Module {
    let path = file.strip_prefix(src).expect("below src").with_extension("");
    let mut module: Module = path.iter().map(|part| part.to_string_lossy().into_owned()).collect();
    if module.last().is_some_and(|last| ["mod", "lib", "main"].contains(&last.as_str())) {
        module.pop();
    }
    module
}

/// Whether a file holds tests, or what tests share.
fn is_test(src: &Path, file: &Path) -> bool {
    file.strip_prefix(src).expect("below src").iter().any(|part| part.to_string_lossy().contains("test"))
}

/// All files of Rust in a folder and those below it.
pub fn rust_files(folder: &Path) -> Vec<PathBuf> {
    let mut files = Vec::new();
    for entry in fs::read_dir(folder).expect("a folder") {
        let path = entry.expect("an entry").path();
        if path.is_dir() {
            files.extend(rust_files(&path));
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            files.push(path);
        }
    }
    files.sort();
    files
}
