//! Which process is behind a URL; starting, following and ending one.
