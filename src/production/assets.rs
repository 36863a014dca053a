//! The layouts built into the program, and layouts found on disk.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use rayon::prelude::*;

use crate::config::{Config, Paths};
use crate::domain::card::Kind;
use crate::render::layout::{self, Layout, LayoutError};
use crate::reports::papers::Stationery;

macro_rules! built_in {
    ($($path:literal),* $(,)?) => {
        &[$(($path, include_bytes!(concat!("../../layouts/", $path)))),*]
    };
}

/// Every file under `layouts/`, as `init` writes them out.
pub const FILES: &[(&str, &[u8])] = built_in![
    "dokumen/bagian.typ",
    "dokumen/berita-acara-pemusnahan.typ",
    "dokumen/berita-acara-serah-terima.typ",
    "dokumen/daftar-tanda-terima.typ",
    "dokumen/label-paket.typ",
    "dokumen/laporan-harian.typ",
    "dokumen/buku-register.typ",
    "dokumen/laporan.typ",
    "fonts/NotoSans-SemiCondensed-kia.ttf",
    "fonts/NotoSans-SemiCondensedSemiBold-kia.ttf",
    "fonts/OFL.txt",
    "kia-0-5/layout.toml",
    "kia-0-5/front.svg",
    "kia-0-5/back.svg",
    "kia-5-17/layout.toml",
    "kia-5-17/front.svg",
    "kia-5-17/back.svg",
];

/// A layout that cannot be loaded.
#[derive(Debug, thiserror::Error)]
pub enum LoadError {
    /// There is none of this name.
    #[error("no layout is called `{0}`; the built-in ones are `kia-0-5` and `kia-5-17`")]
    Unknown(String),
    #[error(transparent)]
    Layout(#[from] LayoutError),
    /// Its kind is not the one it is set for.
    #[error("layout `{name}` is for cards of kind {is}, but station.toml sets it for {set}")]
    Kind {
        name: String,
        /// The kind it says it is for.
        is: Kind,
        /// The kind the settings use it for.
        set: Kind,
    },
}

/// Loads a layout by its name under `layouts`, by the path of its folder, or built in.
///
/// # Errors
/// Names the line and column in `layout.toml`.
pub fn load(layouts: Option<&Path>, name: &str) -> Result<Layout, LoadError> {
    let on_disk: Option<PathBuf> = layouts
        .map(|dir| dir.join(name))
        .into_iter()
        .chain([PathBuf::from(name)])
        .find(|dir| dir.join("layout.toml").is_file());
    if let Some(dir) = on_disk {
        let file = dir.join("layout.toml");
        let source = std::fs::read_to_string(&file).map_err(|error| LayoutError {
            file: file.display().to_string(),
            line: 1,
            column: 1,
            message: error.to_string(),
        })?;
        let find = |path: &str| read_beside(&dir, path);
        return Ok(layout::parse(&file.display().to_string(), &source, &find)?);
    }
    let source = built_in(&format!("{name}/layout.toml"))
        .and_then(|data| std::str::from_utf8(data).ok())
        .ok_or_else(|| LoadError::Unknown(name.to_owned()))?;
    let find = |path: &str| {
        built_in(&format!("{name}/{path}"))
            .or_else(|| built_in(path))
            .map(<[u8]>::to_vec)
            .ok_or_else(|| "no such file is built in".to_owned())
    };
    Ok(layout::parse(
        &format!("layouts/{name}/layout.toml"),
        source,
        &find,
    )?)
}

fn built_in(path: &str) -> Option<&'static [u8]> {
    let found = FILES.iter().find(|(known, _)| *known == path);
    found.map(|(_, data)| *data)
}

/// A layout that the program writes itself, with the built-in fonts.
///
/// # Errors
/// As [`load`].
pub fn built_from(source: &str) -> Result<Layout, LoadError> {
    let find = |path: &str| {
        let found = built_in(path).map(<[u8]>::to_vec);
        found.ok_or_else(|| "no such file is built in".to_owned())
    };
    Ok(layout::parse("layout.toml", source, &find)?)
}

/// Reads a file that a layout names: beside it, beside its folder, or a font built in.
fn read_beside(dir: &Path, path: &str) -> Result<Vec<u8>, String> {
    if Path::new(path)
        .components()
        .any(|part| !matches!(part, std::path::Component::Normal(_)))
    {
        return Err("a layout names files in its own folder or in `fonts/`".to_owned());
    }
    let shared = dir.parent().map(|above| above.join(path));
    let found = std::iter::once(dir.join(path))
        .chain(shared)
        .find(|file| file.is_file());
    match found {
        Some(file) => std::fs::read(file).map_err(|error| error.to_string()),
        None => built_in(path)
            .map(<[u8]>::to_vec)
            .ok_or_else(|| "there is no such file".to_owned()),
    }
}

/// The layouts that the settings name, by kind: the station's own, or those built in.
///
/// # Errors
/// As [`load`].
pub fn load_all(
    paths: Option<&Paths>,
    config: &Config,
) -> Result<BTreeMap<Kind, Layout>, LoadError> {
    let own = paths.map(Paths::layouts);
    let load = |(&set, name): (&Kind, &String)| {
        let layout = load(own.as_deref(), name)?;
        if layout.kind != set {
            return Err(LoadError::Kind {
                name: name.clone(),
                is: layout.kind,
                set,
            });
        }
        Ok((set, layout))
    };
    let loaded: Vec<_> = config.card.layouts.par_iter().map(load).collect();
    loaded.into_iter().collect()
}

/// The folder of the papers' templates.
const PAPERS: &str = "dokumen";

/// The fonts of the papers.
const PAPER_FONTS: [&str; 2] = [
    "fonts/NotoSans-SemiCondensed-kia.ttf",
    "fonts/NotoSans-SemiCondensedSemiBold-kia.ttf",
];

/// What papers are made from: the built-in templates, and over them whatever files the office
/// keeps in `dokumen/` of its layouts.
///
/// # Errors
/// When a file there cannot be read.
pub fn stationery(layouts: &Path) -> std::io::Result<Stationery> {
    let own = FILES.iter().filter_map(|(path, data)| {
        let name = path.strip_prefix(PAPERS)?.strip_prefix('/')?;
        Some((name.to_owned(), data.to_vec()))
    });
    let mut files: BTreeMap<String, Vec<u8>> = own.collect();
    let dir = layouts.join(PAPERS);
    if dir.is_dir() {
        for entry in std::fs::read_dir(dir)? {
            let entry = entry?;
            if let Ok(name) = entry.file_name().into_string()
                && entry.path().is_file()
            {
                files.insert(name, std::fs::read(entry.path())?);
            }
        }
    }
    let fonts = PAPER_FONTS.iter().filter_map(|font| built_in(font));
    Ok(Stationery {
        files,
        fonts: fonts.map(<[u8]>::to_vec).collect(),
    })
}
