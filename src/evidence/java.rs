//! Whose code a Java class is: what a culprit of a JVM is named after.

/// Packages of the JDK.
const JDK: [&str; 5] = ["java.", "javax.", "jdk.", "sun.", "com.sun."];
/// What an array may hold that is no object.
const PRIMITIVES: [&str; 8] = ["byte", "char", "double", "float", "int", "long", "short", "boolean"];

/// Whether a class, or a function with its class before it, is the JDK's; arrays are their elements'.
pub fn is_jdk(name: &str) -> bool {
    let element = name.trim_end_matches("[]");
    JDK.iter().any(|package| name.starts_with(package)) || PRIMITIVES.contains(&element)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_jdks_own_is_told_by_its_package() {
        for name in
            ["byte[]", "long[][]", "java.lang.String[]", "jdk.internal.misc.Unsafe.park", "sun.nio.ch.Net"]
        {
            assert!(is_jdk(name), "{name}");
        }
        for name in ["com.acme.Session", "Server$Session[]", "javassist.Loader", "bytes", "Server.handle"] {
            assert!(!is_jdk(name), "{name}");
        }
    }
}
