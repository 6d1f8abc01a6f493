//! Pages and files that JVMs made once.

/// A page or file that a JVM made once.
pub fn saved(name: &str) -> Vec<u8> {
    let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/jvm").join(name);
    std::fs::read(path).unwrap()
}

/// The same as text.
pub fn saved_text(name: &str) -> String {
    String::from_utf8(saved(name)).unwrap()
}
