//! Findings: verdict, exit code and every sentence.
