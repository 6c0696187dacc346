//! With the feature `portal`: lists the files of the built portal, so that `src/assets.rs` carries them in the
//! program. `make portal` builds them; ROLLCALL_PORTAL names another folder than `portal` in the target folder.

use std::fmt::Write;
use std::path::{Path, PathBuf};
use std::{env, fs, io};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    println!("cargo::rerun-if-changed=build.rs");
    println!("cargo::rerun-if-env-changed=ROLLCALL_PORTAL");
    if env::var_os("CARGO_FEATURE_PORTAL").is_none() {
        return Ok(());
    }
    let folder = folder()?;
    println!("cargo::rerun-if-changed={}", folder.display());
    let mut files = Vec::new();
    walk(&folder, &mut files)
        .map_err(|error| format!("{}: {error}; run `make portal` first", folder.display()))?;
    files.sort();
    if !files.contains(&folder.join("index.html")) {
        return Err(format!("{} has no index.html; run `make portal` first", folder.display()).into());
    }
    let mut text = String::from("&[\n");
    for file in &files {
        let path = file.strip_prefix(&folder)?.to_str().ok_or("a name that is not UTF-8")?;
        if let Some(media_type) = media_type(path) {
            writeln!(text, "    ({path:?}, {media_type:?}, include_bytes!({file:?})),")?;
        }
    }
    text.push_str("]\n");
    fs::write(out_dir()?.join("portal.rs"), text)?;
    Ok(())
}

/// OUT_DIR is `TARGET/PROFILE/build/NAME/out`, below a folder named for the target where one was asked for.
fn folder() -> Result<PathBuf, Box<dyn std::error::Error>> {
    if let Some(folder) = env::var_os("ROLLCALL_PORTAL") {
        return Ok(fs::canonicalize(folder)?);
    }
    let out = out_dir()?;
    // Further up there may be its sources, which have an index.html but no manifest.
    let built = |folder: &PathBuf| folder.join("manifest.json").is_file();
    let found = out.ancestors().map(|folder| folder.join("portal")).find(built);
    Ok(found.ok_or("the portal is not built; run `make portal` first")?)
}

fn out_dir() -> Result<PathBuf, Box<dyn std::error::Error>> {
    Ok(env::var_os("OUT_DIR").map(PathBuf::from).ok_or("cargo has not set OUT_DIR")?)
}

fn walk(folder: &Path, files: &mut Vec<PathBuf>) -> io::Result<()> {
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_dir() {
            walk(&path, files)?;
        } else {
            files.push(path);
        }
    }
    Ok(())
}

/// Of what a browser asks for; nothing for what is only there for the build.
fn media_type(path: &str) -> Option<&'static str> {
    let plain = path.strip_suffix(".gz").unwrap_or(path);
    match plain.rsplit('.').next()? {
        "html" => Some("text/html; charset=utf-8"),
        "js" => Some("text/javascript; charset=utf-8"),
        "css" => Some("text/css; charset=utf-8"),
        "svg" => Some("image/svg+xml"),
        _ => None,
    }
}
