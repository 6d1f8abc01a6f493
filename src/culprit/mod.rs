//! Who grows: snapshots and groups in, ranked culprits out.
