//! Holds the map of modules in `src/lib.rs`: who may know whom, and what is absent on purpose.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::fs;
use std::path::Path;
use std::sync::LazyLock;

use syn::ext::IdentExt;
use syn::parse::ParseStream;
use syn::visit::{self, Visit};

const SRC: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/src");

/// The segments of a path. Inside the crate it begins with `crate`.
type Names = Vec<String>;

/// A module of the product: a file, or a `mod x { }` in one.
#[derive(Default)]
struct Module {
    /// The file it stands in, below `src/`.
    file: String,
    /// What is defined here, child modules left out.
    defined: BTreeSet<String>,
    /// What `use` brings in: the name here and the path it stands for.
    imports: BTreeMap<String, Names>,
    globs: Vec<Names>,
    /// The paths that the code names, as they are written. A re-export is not among them.
    paths: Vec<Names>,
    /// The texts in quotes.
    texts: Vec<String>,
    /// The child modules that have files of their own.
    files: Vec<String>,
}

/// The product, read once for all tests.
static PRODUCT: LazyLock<Tree> = LazyLock::new(Tree::product);

/// The modules of the product, by their paths.
#[derive(Default)]
struct Tree(BTreeMap<Names, Module>);

impl Tree {
    /// The product, from `src/lib.rs` down. What is compiled for tests only is no part of it.
    fn product() -> Self {
        let mut tree = Self::default();
        let mut left = vec![(names("crate"), "lib.rs".to_owned())];
        while let Some((at, file)) = left.pop() {
            let text = fs::read_to_string(Path::new(SRC).join(&file)).unwrap();
            tree.read(&at, &file, &text);
            for child in &tree.0[&at].files {
                let child = joined(&at, [child.as_str()]);
                let stem = child[1..].join("/");
                let alone = format!("{stem}.rs");
                let place = match Path::new(SRC).join(&alone).exists() {
                    true => alone,
                    false => format!("{stem}/mod.rs"),
                };
                left.push((child, place));
            }
        }
        tree
    }

    /// A tree of one file.
    fn of(at: &str, text: &str) -> Self {
        let mut tree = Self::default();
        tree.read(&names(at), at, text);
        tree
    }

    fn read(&mut self, at: &[String], file: &str, text: &str) {
        let mut reader = Reader {
            tree: self,
            at: at.to_vec(),
            file,
        };
        reader.here();
        reader.visit_file(&syn::parse_file(text).unwrap());
    }

    /// A path as it is written in the module `at`, from the root of the crate. A path that leaves
    /// the crate begins with the name of the other crate.
    fn resolve(&self, at: &[String], path: &[String], steps: usize) -> Names {
        let (head, rest) = path.split_first().unwrap();
        match head.as_str() {
            "crate" => return path.to_vec(),
            "self" if rest.is_empty() => return at.to_vec(),
            "self" => return self.resolve(at, rest, steps),
            "super" => {
                let above = &at[..at.len() - 1];
                return match rest.first().map(String::as_str) {
                    Some("super") => self.resolve(above, rest, steps),
                    _ => joined(above, rest.iter().map(String::as_str)),
                };
            }
            _ => {}
        }
        let child = joined(at, path.iter().map(String::as_str));
        if self.0.contains_key(&child[..=at.len()]) {
            return child;
        }
        match self.0.get(at).and_then(|module| module.imports.get(head)) {
            Some(import) if steps > 0 && import[0] != *head => {
                let import = self.resolve(at, import, steps - 1);
                joined(&import, rest.iter().map(String::as_str))
            }
            _ => path.to_vec(),
        }
    }

    /// The file that defines what a path from `crate` names. None for a module itself, and for
    /// what another crate defines.
    fn home(&self, path: &[String], steps: usize) -> Option<&str> {
        if path[0] != "crate" {
            return None;
        }
        let mut known = (1..=path.len()).filter(|n| self.0.contains_key(&path[..*n]));
        let (at, rest) = path.split_at(known.next_back()?);
        let (name, module) = (rest.first()?, &self.0[at]);
        if module.defined.contains(name) || steps == 0 {
            return Some(&module.file);
        }
        if let Some(import) = module.imports.get(name) {
            return self.home(&self.resolve(at, import, 16), steps - 1);
        }
        let behind = module.globs.iter().find_map(|glob| {
            let from = self.resolve(at, glob, 16);
            let defines = self.0.get(&from)?.defined.contains(name);
            defines.then(|| self.0[&from].file.as_str())
        });
        Some(behind.unwrap_or(&module.file))
    }

    /// Every path that the code of a module names, from the root of its crate.
    fn named(&self, at: &[String]) -> impl Iterator<Item = Names> {
        let paths = self.0[at].paths.iter();
        paths.map(move |path| self.resolve(at, path, 16))
    }

    /// Which file uses which.
    fn uses(&self) -> BTreeMap<&str, BTreeSet<&str>> {
        let mut uses = BTreeMap::<_, BTreeSet<_>>::new();
        for (at, module) in &self.0 {
            for path in self.named(at) {
                let home = self.home(&path, 16);
                let home = home.filter(|home| !is_below(&module.file, home));
                uses.entry(module.file.as_str()).or_default().extend(home);
            }
        }
        uses
    }
}

/// Whether a file is the other one, or part of the module that the other one heads.
fn is_below(file: &str, head: &str) -> bool {
    let folder = head.trim_end_matches("mod.rs").trim_end_matches(".rs");
    file == head || file.starts_with(&format!("{}/", folder.trim_end_matches('/')))
}

/// Fills a tree from the syntax of one file.
struct Reader<'a> {
    tree: &'a mut Tree,
    at: Names,
    file: &'a str,
}

impl Reader<'_> {
    fn here(&mut self) -> &mut Module {
        let module = self.tree.0.entry(self.at.clone()).or_default();
        module.file = self.file.to_owned();
        module
    }

    fn import(&mut self, tree: &syn::UseTree, mut path: Names, again: bool) {
        let (name, last) = match tree {
            syn::UseTree::Path(part) => {
                path.push(part.ident.to_string());
                return self.import(&part.tree, path, again);
            }
            syn::UseTree::Group(group) => {
                for tree in &group.items {
                    self.import(tree, path.clone(), again);
                }
                return;
            }
            syn::UseTree::Glob(_) => {
                self.here().globs.push(path);
                return;
            }
            syn::UseTree::Name(last) => (last.ident.to_string(), last.ident.to_string()),
            syn::UseTree::Rename(last) => (last.rename.to_string(), last.ident.to_string()),
        };
        let name = match last.as_str() {
            "self" if name == "self" => path.last().unwrap().clone(),
            _ => name,
        };
        if last != "self" {
            path.push(last);
        }
        if !again {
            self.here().paths.push(path.clone());
        }
        self.here().imports.insert(name, path);
    }

    /// Looks through the tokens of a macro for paths and texts.
    fn tokens(&mut self, input: ParseStream<'_>) -> syn::Result<()> {
        while !input.is_empty() {
            if input.peek(syn::Ident::peek_any) {
                let mut path = vec![input.call(syn::Ident::parse_any)?.to_string()];
                loop {
                    let ahead = input.fork();
                    if ahead.parse::<syn::Token![::]>().is_err()
                        || !ahead.peek(syn::Ident::peek_any)
                    {
                        break;
                    }
                    input.parse::<syn::Token![::]>()?;
                    path.push(input.call(syn::Ident::parse_any)?.to_string());
                }
                self.here().paths.push(path);
            } else if input.peek(syn::LitStr) {
                let text = input.parse::<syn::LitStr>()?;
                self.visit_lit_str(&text);
            } else if input.peek(syn::token::Paren) {
                let inside;
                syn::parenthesized!(inside in input);
                self.tokens(&inside)?;
            } else if input.peek(syn::token::Bracket) {
                let inside;
                syn::bracketed!(inside in input);
                self.tokens(&inside)?;
            } else if input.peek(syn::token::Brace) {
                let inside;
                syn::braced!(inside in input);
                self.tokens(&inside)?;
            } else {
                input.step(|cursor| {
                    let next = cursor.token_tree().map(|(_, rest)| ((), rest));
                    next.ok_or_else(|| cursor.error("a token"))
                })?;
            }
        }
        Ok(())
    }
}

fn is_for_tests(attributes: &[syn::Attribute]) -> bool {
    let test = |attribute: &syn::Attribute| {
        attribute.path().is_ident("cfg")
            && attribute
                .parse_args::<syn::Path>()
                .is_ok_and(|what| what.is_ident("test"))
    };
    attributes.iter().any(test)
}

impl<'ast> Visit<'ast> for Reader<'_> {
    fn visit_item(&mut self, item: &'ast syn::Item) {
        use syn::Item::{Const, Enum, Fn, Macro, Mod, Static, Struct, Trait, Type, Use};
        let (attributes, name) = match item {
            Const(item) => (&item.attrs, Some(&item.ident)),
            Enum(item) => (&item.attrs, Some(&item.ident)),
            Fn(item) => (&item.attrs, Some(&item.sig.ident)),
            Static(item) => (&item.attrs, Some(&item.ident)),
            Struct(item) => (&item.attrs, Some(&item.ident)),
            Trait(item) => (&item.attrs, Some(&item.ident)),
            Type(item) => (&item.attrs, Some(&item.ident)),
            Macro(item) => (&item.attrs, item.ident.as_ref()),
            Mod(item) => (&item.attrs, None),
            Use(item) => (&item.attrs, None),
            syn::Item::Impl(item) => (&item.attrs, None),
            _ => return visit::visit_item(self, item),
        };
        if is_for_tests(attributes) {
            return;
        }
        self.here().defined.extend(name.map(syn::Ident::to_string));
        visit::visit_item(self, item);
    }

    fn visit_impl_item_fn(&mut self, item: &'ast syn::ImplItemFn) {
        if !is_for_tests(&item.attrs) {
            visit::visit_impl_item_fn(self, item);
        }
    }

    fn visit_item_mod(&mut self, item: &'ast syn::ItemMod) {
        let name = item.ident.to_string();
        if item.content.is_none() {
            self.here().files.push(name);
            return;
        }
        self.at.push(name);
        self.here();
        visit::visit_item_mod(self, item);
        self.at.pop();
    }

    fn visit_item_use(&mut self, item: &'ast syn::ItemUse) {
        let again = !matches!(item.vis, syn::Visibility::Inherited);
        self.import(&item.tree, Names::new(), again);
    }

    fn visit_path(&mut self, path: &'ast syn::Path) {
        let names = path.segments.iter().map(|part| part.ident.to_string());
        self.here().paths.push(names.collect());
        visit::visit_path(self, path);
    }

    fn visit_macro(&mut self, call: &'ast syn::Macro) {
        self.visit_path(&call.path);
        call.parse_body_with(|input: ParseStream<'_>| self.tokens(input))
            .unwrap();
    }

    fn visit_meta_list(&mut self, list: &'ast syn::MetaList) {
        list.parse_args_with(|input: ParseStream<'_>| self.tokens(input))
            .unwrap();
    }

    /// Comments for the documentation are texts too; they are not the product's.
    fn visit_meta_name_value(&mut self, _: &'ast syn::MetaNameValue) {}

    fn visit_lit_str(&mut self, text: &'ast syn::LitStr) {
        self.here().texts.push(text.value());
    }
}

fn names(path: &str) -> Names {
    path.split("::").map(str::to_owned).collect()
}

fn joined<'a>(path: &[String], more: impl IntoIterator<Item = &'a str>) -> Names {
    let more = more.into_iter().map(str::to_owned);
    path.iter().cloned().chain(more).collect()
}

/// What each module may use, as the table at the top of `src/lib.rs` says.
fn map() -> BTreeMap<String, BTreeSet<String>> {
    let lib = fs::read_to_string(Path::new(SRC).join("lib.rs")).unwrap();
    let mut map = BTreeMap::<String, BTreeSet<String>>::new();
    for row in lib.lines().filter_map(|line| line.strip_prefix("//! | [`")) {
        let (module, rest) = row.split_once("`]").unwrap();
        let may = rest
            .trim_end_matches(" |")
            .rsplit_once('|')
            .unwrap()
            .1
            .trim();
        let mut allowed: BTreeSet<String> = match may {
            "nothing" => BTreeSet::new(),
            "all above" => map.keys().cloned().collect(),
            names => {
                let names = names.split('`').skip(1).step_by(2);
                names.map(str::to_owned).collect()
            }
        };
        allowed.insert(module.to_owned());
        map.insert(module.to_owned(), allowed);
    }
    map
}

/// What the modules of a tree use against the map.
fn trespasses(tree: &Tree, map: &BTreeMap<String, BTreeSet<String>>) -> BTreeSet<String> {
    let mut wrong = BTreeSet::new();
    for (at, module) in tree.0.iter().filter(|(at, _)| at.len() > 1) {
        for path in tree.named(at).filter(|path| path[0] == "crate") {
            let used = path.get(1).filter(|used| map.contains_key(*used));
            let used = used.filter(|used| !map[&at[1]].contains(*used));
            wrong.extend(used.map(|used| format!("{} uses `{used}`", module.file)));
        }
    }
    wrong
}

#[test]
fn every_module_uses_only_what_the_map_allows_it() {
    let map = map();
    assert_eq!(trespasses(&PRODUCT, &map), BTreeSet::new());
    let modules = PRODUCT.0[&names("crate")].files.iter().cloned();
    assert_eq!(
        modules.collect::<BTreeSet<_>>(),
        map.into_keys().collect(),
        "the map names every module"
    );
}

#[test]
fn the_core_and_the_edges_are_held_as_the_design_says() {
    let map = map();
    let allowed = |module: &str| map[module].iter().map(String::as_str).collect::<Vec<_>>();
    assert_eq!(allowed("domain"), ["domain"]);
    for edge in ["render", "intake", "ledger", "printer"] {
        let mut wanted = ["domain", edge];
        wanted.sort_unstable();
        assert_eq!(allowed(edge), wanted);
    }
}

#[test]
fn a_trespass_is_found_however_it_is_written() {
    let map = map();
    for (at, text) in [
        ("crate::domain::nik", "use crate::ledger::Ledger;"),
        ("crate::domain::nik", "fn f() { crate::render::x() }"),
        (
            "crate::domain::nik",
            "fn f() { println!(\"{}\", [crate::render::x()]) }",
        ),
        (
            "crate::domain::nik",
            "#[arg(value_parser = crate::render::x)] struct S;",
        ),
        (
            "crate::render::text",
            "use crate::{domain::nik, intake::{Batch}};",
        ),
        (
            "crate::render::layout::parse",
            "use super::super::super::ledger::Tx;",
        ),
        ("crate::render", "use super::intake::Batch;"),
        (
            "crate::render::text",
            "mod inside { use super::super::super::ledger::Tx; }",
        ),
        (
            "crate::intake::read",
            "#[cfg(test)] mod tests { use crate::web; } use crate::ledger::Tx;",
        ),
    ] {
        let found = trespasses(&Tree::of(at, text), &map);
        assert_eq!(found.len(), 1, "{at}: {text}");
    }
    for (at, text) in [
        ("crate::render::layout::parse", "use super::super::CARD_MM;"),
        (
            "crate::render::text",
            "// crate::ledger\nuse crate::{domain::{ledger}, render};",
        ),
        (
            "crate::render::text",
            "#[cfg(test)] mod tests { use crate::ledger; }",
        ),
    ] {
        let found = trespasses(&Tree::of(at, text), &map);
        assert!(found.is_empty(), "{at}: {text}");
    }
}

/// The shortest way from each file back to itself, each circle once.
fn circles(uses: &BTreeMap<&str, BTreeSet<&str>>) -> BTreeSet<String> {
    let mut circles = BTreeMap::new();
    for start in uses.keys() {
        let mut left = VecDeque::from([vec![*start]]);
        let mut seen = BTreeSet::new();
        'search: while let Some(way) = left.pop_front() {
            for next in uses.get(way.last().unwrap()).into_iter().flatten() {
                if next == start {
                    let members = way.iter().copied().collect::<BTreeSet<_>>();
                    circles.entry(members).or_insert_with(|| way.join(" > "));
                    break 'search;
                }
                if seen.insert(*next) {
                    left.push_back(way.iter().copied().chain([*next]).collect());
                }
            }
        }
    }
    circles.into_values().collect()
}

/// A file uses another where its code names what the other defines; a name that is re-exported
/// counts for the file that defines it, not for those it passes through. A module and the files
/// below it are one thing: those may use what their head defines, and the head uses them.
#[test]
fn no_file_uses_another_that_uses_it() {
    assert_eq!(circles(&PRODUCT.uses()), BTreeSet::new());
}

#[test]
fn a_circle_is_found_through_a_re_export() {
    let mut tree = Tree::default();
    for (at, text) in [
        ("crate::a", "pub mod one; mod two; pub use two::Two;"),
        ("crate::a::one", "use super::Two; pub struct One(Two);"),
        ("crate::a::two", "use super::one; pub struct Two(one::One);"),
        ("crate::b", "use crate::a::Two; struct B(Two);"),
    ] {
        tree.read(
            &names(at),
            &format!("{}.rs", at[7..].replace("::", "/")),
            text,
        );
    }
    let found = circles(&tree.uses());
    assert_eq!(found, BTreeSet::from(["a/one.rs > a/two.rs".to_owned()]));
}

/// The files, of those looked at, in which `is_wrong` is true of a path or of a text.
fn found(
    tree: &Tree,
    looked_at: impl Fn(&[String]) -> bool,
    is_wrong: impl Fn(&str) -> bool,
) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    for (at, module) in tree.0.iter().filter(|(at, _)| looked_at(at)) {
        let paths = tree.named(at).map(|path| path.join("::"));
        // Spaces fold, so that a line break hides nothing.
        let texts = module.texts.iter().map(|text| {
            let words = text.split_whitespace().collect::<Vec<_>>();
            words.join(" ")
        });
        let wrong = paths.chain(texts).filter(|what| is_wrong(what));
        found.extend(wrong.map(|what| format!("{}: `{what}`", module.file)));
    }
    found
}

#[test]
fn sql_is_in_the_ledger_and_nowhere_else() {
    let is_sql = |what: &str| {
        let begins = ["rusqlite", "SELECT "];
        let holds = ["INSERT INTO ", "DELETE FROM ", "CREATE TABLE ", "PRAGMA "];
        begins.iter().any(|word| what.starts_with(word))
            || holds.iter().any(|word| what.contains(word))
    };
    let ledger = |at: &[String]| at.starts_with(&names("crate::ledger"));
    assert_eq!(found(&PRODUCT, |at| !ledger(at), is_sql), BTreeSet::new());
    assert!(!found(&PRODUCT, ledger, is_sql).is_empty());
}

#[test]
fn the_core_has_no_clock_no_files_and_no_environment() {
    let touches_the_world = |what: &str| {
        let modules = ["fs", "env", "net", "process", "time"].map(|name| format!("std::{name}"));
        let calls = ["Timestamp::now", "Zoned::now", "std::io::stdin"];
        modules.iter().any(|module| what.starts_with(module))
            || calls.iter().any(|call| what.ends_with(call))
    };
    let pure = |at: &[String]| {
        ["domain", "render", "reports::papers", "reports::tables"]
            .iter()
            .any(|place| at.starts_with(&names(&format!("crate::{place}"))))
    };
    assert_eq!(found(&PRODUCT, pure, touches_the_world), BTreeSet::new());
    assert!(!found(&PRODUCT, |at| !pure(at), touches_the_world).is_empty());
}
