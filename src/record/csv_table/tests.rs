//! Tables of samples: columns, gaps, phases, a last line that is cut off, and files that are not such tables.

use super::*;
use std::io::Write;

fn read(text: &str) -> Result<Recording> {
    parse(Path::new("t.csv"), text.as_bytes(), Unended::Perhaps)
}

#[test]
fn columns_gaps_and_phases() {
    let r =
        read("elapsed_s,phase,requests_total,rss_bytes,host,tasks\n0,warmup,,100,a,\n1.5,steady,7,,b,3\n")
            .unwrap();
    assert_eq!(r.elapsed_s, [0.0, 1.5]);
    assert_eq!(r.phases, [Phase::Warmup, Phase::Steady]);
    assert_eq!(r.requests_total[0].get(), None);
    assert_eq!(r.requests_total[1].get(), Some(7.0));
    assert_eq!(r.series.iter().map(|s| s.id.name()).collect::<Vec<_>>(), ["rss_bytes", "tasks"]);
    assert_eq!(r.series[0].samples[1].get(), None);
    assert_eq!(r.series[1].samples[1].get(), Some(3.0));
}

#[test]
fn without_phases_all_is_steady() {
    let r = read("elapsed_s,x\n0,1\n1,2\n").unwrap();
    assert_eq!(r.phases, [Phase::Steady; 2]);
}

#[test]
fn a_cut_off_last_line_is_left_out() {
    assert_eq!(read("elapsed_s,a,b\n0,1,2\n1,3").unwrap().len(), 1);
    assert_eq!(read("elapsed_s,a,b\n0,1,2\n1,3,4").unwrap().len(), 2);
    assert!(read("elapsed_s,a,b\n0,1,2\n1,3\n").is_err());
}

#[test]
fn in_soaks_own_file_a_last_line_without_its_end_is_cut_off_even_if_it_parses() {
    let own = |text: &str| parse(Path::new("samples.csv"), text.as_bytes(), Unended::Never).unwrap();
    // 123456789 cut to 1234
    let r = own("elapsed_s,rss_bytes\n0,123456700\n1,1234");
    assert_eq!((r.len(), r.series[0].samples[0].get()), (1, Some(123_456_700.0)));
    assert_eq!(own("elapsed_s,rss_bytes\n0,1\n1,2\n").len(), 2);
    assert_eq!(own("elapsed_s,rss_bytes\n0,1").len(), 0);
}

#[test]
fn errors_name_the_line() {
    for (text, expected) in [
        ("", "line 1: empty"),
        ("time,a\n0,1\n", "line 1: first column is 'time'"),
        ("elapsed_s,a,a\n0,1,1\n", "line 1: column 'a'"),
        ("elapsed_s,a\n5,1\n4,1\n5,1\n", "line 3: elapsed_s falls from 5 to 4"),
        ("elapsed_s,a\n0,1\nx,1\n2,1\n", "line 3: elapsed_s is 'x'"),
        ("elapsed_s,phase,a\n0,lunch,1\n1,steady,1\n", "line 2: invalid phase 'lunch'"),
        ("elapsed_s,a\n0,1\n1,oops\n2,3\n", "line 3: a is 'oops', expected a number"),
    ] {
        let message = read(text).unwrap_err().to_string();
        assert!(message.contains(expected), "{message}");
        assert_eq!(message.lines().count(), 1);
    }
}

#[test]
fn compressed_files_are_read_too() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("t.csv.gz");
    let mut gz = flate2::write::GzEncoder::new(File::create(&path).unwrap(), flate2::Compression::fast());
    gz.write_all(b"elapsed_s,a\n0,1\n1,2\n").unwrap();
    gz.finish().unwrap();
    assert_eq!(read_table(&path).unwrap().len(), 2);
    assert!(read_table(&dir.path().join("none.csv")).is_err());
}
