//! Days rehearsed under faults on a virtual clock.
