//! The run directory: append, sync, read back; other people's CSV; the mirror.
