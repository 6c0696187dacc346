//! What services may ask of the outside, and the suite every adapter must pass.
