//! Findings and evidence as files: one file a format.
