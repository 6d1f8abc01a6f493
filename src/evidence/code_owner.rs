//! Whose code a frame or a class is: what a culprit is named after.
//!
//! Comes in: a frame of a stack, or the name of a Java class. Goes out: who wrote it. The probes name their groups by
//! it and `culprit/` ranks by it, so it stands with what both of them read.

use super::Frame;

/// Who wrote the code of a frame.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CodeOwner {
    /// Go's runtime.
    Runtime,
    /// Go's standard library.
    Standard,
    /// A module that was downloaded or vendored.
    Library,
    /// The service's own.
    Own,
}

/// First elements of the import paths of Go 1.27's standard library; a module path proper has a dot in its first.
const STANDARD: &[&str] = &[
    "archive",
    "arena",
    "bufio",
    "builtin",
    "bytes",
    "cmp",
    "compress",
    "container",
    "context",
    "crypto",
    "database",
    "debug",
    "embed",
    "encoding",
    "errors",
    "expvar",
    "flag",
    "fmt",
    "go",
    "hash",
    "html",
    "image",
    "index",
    "internal",
    "io",
    "iter",
    "log",
    "maps",
    "math",
    "mime",
    "net",
    "os",
    "path",
    "plugin",
    "reflect",
    "regexp",
    "runtime",
    "simd",
    "slices",
    "sort",
    "strconv",
    "strings",
    "structs",
    "sync",
    "syscall",
    "testing",
    "text",
    "time",
    "unicode",
    "unique",
    "unsafe",
    "vendor",
    "weak",
];

impl Frame {
    /// Whose code this is, by the function's import path and, for downloaded modules, by the file's path, which
    /// then holds `@v` or `/vendor/`. Of Rust the probe makes it begin with `registry/`. Otherwise only Go's names are
    /// known, and any other name is the service's own.
    pub fn owner(&self) -> CodeOwner {
        let package = self.package();
        // a service's module may be called `log` or `net`; its file then does not stand below GOROOT/src. Functions
        // that the runtime lends to other packages stand in the runtime's files
        let below_src = |file: &str| {
            let path = file.rsplit_once("/src/").map_or(file, |(_, path)| path);
            path.split_once('/').is_some_and(|(first, _)| STANDARD.contains(&first))
        };
        let generated = |file: &str| file.starts_with('<') || file.starts_with('_');
        let first = package.split('/').next().unwrap_or(package);
        if STANDARD.contains(&first)
            && self.file.as_deref().is_none_or(|file| below_src(file) || generated(file))
        {
            let runtime = package == "runtime"
                || package == "internal/runtime"
                || package.starts_with("internal/runtime/");
            return if runtime { CodeOwner::Runtime } else { CodeOwner::Standard };
        }
        match &self.file {
            Some(file)
                if file.contains("@v") || file.contains("/vendor/") || file.starts_with("registry/") =>
            {
                CodeOwner::Library
            }
            _ => CodeOwner::Own,
        }
    }

    /// The import path of the function: `net/http` of `net/http.(*conn).serve`, also of a type's parameters.
    pub fn package(&self) -> &str {
        // dots behind the first bracket belong to types
        let plain = self.func.split(['[', '(']).next().unwrap_or(&self.func);
        let slash = plain.rfind('/').map_or(0, |at| at + 1);
        let dot = self.func[slash..].find('.').map_or(self.func.len(), |at| slash + at);
        &self.func[..dot]
    }
}

/// Packages of the JDK.
const JDK: [&str; 5] = ["java.", "javax.", "jdk.", "sun.", "com.sun."];
/// What an array may hold besides objects.
const PRIMITIVES: [&str; 8] = ["byte", "char", "double", "float", "int", "long", "short", "boolean"];

/// Whether a class, or a function with its class before it, is the JDK's; arrays are their elements'.
pub fn is_jdk(name: &str) -> bool {
    let element = name.trim_end_matches("[]");
    JDK.iter().any(|package| name.starts_with(package)) || PRIMITIVES.contains(&element)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn frame(func: &str, file: &str) -> Frame {
        Frame { func: func.into(), file: Some(file.into()).filter(|f: &String| !f.is_empty()), line: Some(1) }
    }

    #[test]
    fn the_owner_is_known_by_import_path_and_file() {
        use CodeOwner::*;
        for (func, file, owner) in [
            ("runtime.gopark", "/usr/lib/go/src/runtime/proc.go", Runtime),
            ("internal/runtime/maps.(*Map).grow", "", Runtime),
            ("runtime/pprof.writeGoroutine", "/usr/lib/go/src/runtime/pprof/pprof.go", Standard),
            ("net/http.(*conn).serve", "/usr/lib/go/src/net/http/server.go", Standard),
            ("net/http.(*conn).serve", "net/http/server.go", Standard),
            ("internal/sync.runtime_SemacquireMutex", "/usr/lib/go/src/runtime/sema.go", Standard),
            ("main.main.func1", "/home/a/app/main.go", Own),
            ("log/audit.Write", "/home/a/log/audit/write.go", Own),
            (
                "example.com/app/store.(*Store[example.com/app/key.Key]).Get",
                "/home/a/app/store/store.go",
                Own,
            ),
            (
                "golang.org/x/sync/semaphore.(*Weighted).Acquire",
                "/go/pkg/mod/golang.org/x/sync@v0.9.0/s.go",
                Library,
            ),
            ("tokio::spawn", "registry/axum-0.8.9/src/serve/mod.rs", Library),
            ("tokio::spawn", "src/main.rs", Own),
            ("github.com/a/b.Do", "/home/a/app/vendor/github.com/a/b/do.go", Library),
        ] {
            assert_eq!(frame(func, file).owner(), owner, "{func} {file}");
        }
    }

    #[test]
    fn the_package_survives_types_in_brackets() {
        assert_eq!(frame("a.com/x/y.F[a.com/z.T]", "").package(), "a.com/x/y");
        assert_eq!(frame("sync.(*Mutex).Lock", "").package(), "sync");
        assert_eq!(frame("", "").package(), "");
    }

    #[test]
    fn the_jdks_own_is_known_by_its_package() {
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
