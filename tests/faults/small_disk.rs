//! A file system of a few megabytes that can be filled and emptied. Only root may mount one: elsewhere its tests say so and leave
//! themselves out, unless `GRANTOR_REQUIRE_SMALL_DISK` is set.

use std::fs::{self, File};
use std::io::Write as _;
use std::os::unix::fs::chown;
use std::path::{Path, PathBuf};
use std::process::Command;

use tempfile::TempDir;

pub struct SmallDisk(TempDir);

impl SmallDisk {
    pub fn mount(mebibytes: u32) -> Option<Self> {
        let folder = tempfile::Builder::new().prefix("grantor-disk").tempdir().expect("a folder");
        let size = format!("size={mebibytes}m,mode=755");
        let mounted = Command::new("mount").args(["-t", "tmpfs", "-o", &size, "grantor"]).arg(folder.path()).output();
        match mounted {
            Ok(output) if output.status.success() => Some(Self(folder)),
            other => {
                let required = std::env::var_os("GRANTOR_REQUIRE_SMALL_DISK").is_some();
                assert!(!required, "a small disk cannot be mounted: {other:?}");
                eprintln!("left out: only root may mount a small disk");
                None
            }
        }
    }

    pub fn path(&self) -> &Path {
        self.0.path()
    }

    /// A folder on it that belongs to somebody.
    pub fn folder_of(&self, owner: Option<(u32, u32)>) -> PathBuf {
        let folder = self.path().join("folder");
        fs::create_dir(&folder).expect("a folder");
        if let Some((user, group)) = owner {
            chown(&folder, Some(user), Some(group)).expect("root");
        }
        folder
    }

    /// Takes all the space that is left.
    pub fn fill(&self) {
        let mut filler = File::create(self.filler()).expect("a file");
        while filler.write_all(&[0; 4096]).is_ok() {}
    }

    /// Gives it back.
    pub fn empty(&self) {
        fs::remove_file(self.filler()).expect("it was there");
    }

    fn filler(&self) -> PathBuf {
        self.path().join("filler")
    }
}

impl Drop for SmallDisk {
    fn drop(&mut self) {
        // Also while a process that ends still has a file open there.
        let _ = Command::new("umount").arg("--lazy").arg(self.path()).status();
    }
}
