//! The files of the portal, as they are built into the program.

use rollcall_api::assets::File;

/// All of them.
#[cfg(feature = "portal")]
pub(super) const FILES: &[File] = include!(concat!(env!("OUT_DIR"), "/portal.rs"));

/// None: the program is built without the portal.
#[cfg(not(feature = "portal"))]
pub(super) const FILES: &[File] = &[];
