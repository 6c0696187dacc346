/// What a commit survives once it is acknowledged.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Durability {
    /// The end of the process, however sudden. Costs no disk flush.
    Process,
    /// Also the loss of power. Costs one disk flush a commit.
    Power,
}
