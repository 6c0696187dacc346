//! The files of the portal, as they are built into the program.

use rollcall_api::assets::File;

/// All of them; none, as long as the program is built without the portal.
pub(super) const FILES: &[File] = &[];
