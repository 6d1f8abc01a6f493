//! What is read and printed, by example.

use super::*;

#[test]
fn a_bare_number_is_seconds_or_per_second() {
    assert_eq!("90".parse::<Span>().unwrap().secs(), 90.0);
    assert_eq!("1h30m".parse::<Span>().unwrap().secs(), 5400.0);
    assert_eq!("100".parse::<Rate>().unwrap(), Rate::PerSecond(100.0));
    assert_eq!("30/m".parse::<Rate>().unwrap(), Rate::PerSecond(0.5));
    assert_eq!("max".parse::<Rate>().unwrap(), Rate::Max);
}

#[test]
fn what_is_no_quantity_is_refused() {
    for text in ["0", "-1", "NaN", "inf", "12/parsec", "", "ten"] {
        assert!(text.parse::<Rate>().is_err(), "{text}");
    }
    for text in ["-1", "NaN", "inf", "soon", "-3s", "1e400"] {
        assert!(text.parse::<Span>().is_err(), "{text}");
    }
    for text in ["-1MiB", "many", "NaN"] {
        assert!(text.parse::<Bytes>().is_err(), "{text}");
    }
    assert!("1MiB/fortnight".parse::<Slope>().is_err());
}

#[test]
fn zero_has_no_sign() {
    assert_eq!([Unit::Bytes, Unit::Count].map(|unit| unit.show(-2.3e-16)), ["0 B", "0"]);
    assert_eq!(Unit::Bytes.show(-0.23), "−0.23 B");
}

#[test]
fn amounts_carry_their_unit() {
    assert_eq!(parse_amount("100B"), Ok((100.0, Unit::Bytes)));
    assert_eq!(parse_amount("50ms"), Ok((0.05, Unit::Seconds)));
    assert_eq!(parse_amount("1%"), Ok((0.01, Unit::Ratio)));
    assert_eq!(parse_amount("12"), Ok((12.0, Unit::Count)));
    assert_eq!(
        "1MiB/h".parse::<Slope>().unwrap(),
        Slope { per_second: 1_048_576.0 / 3600.0, unit: Unit::Bytes }
    );
}

#[test]
fn printed_as_people_read_them() {
    assert_eq!(Bytes(3481.6).to_string(), "3.4 KiB");
    assert_eq!(Bytes(0.25).to_string(), "0.25 B");
    assert_eq!(Bytes(512.0 * 1024.0 * 1024.0).to_string(), "512 MiB");
    assert_eq!(Bytes(-2048.0).to_string(), "−2.0 KiB");
    assert_eq!(Unit::Count.show(1505.0), "1,505");
    assert_eq!(Unit::Count.show(0.021), "0.021");
    assert_eq!(Unit::Count.show(1.0), "1");
    assert_eq!(Span::from_secs_f64(2460.0).to_string(), "41 min");
    assert_eq!(Span::from_secs_f64(30.0).to_string(), "30 s");
    assert_eq!(Span::from_secs_f64(5400.0).to_string(), "90 min");
    assert_eq!(Span::from_secs_f64(150.0).to_string(), "2 min 30 s");
    assert_eq!(Span::from_secs_f64(0.0).to_string(), "0 s");
    assert_eq!(Span::from_secs_f64(0.0042).to_string(), "4.2 ms");
    assert_eq!(Unit::Bytes.show_slope(1_048_576.0 / 3600.0), "1.0 MiB/h");
    assert_eq!(Unit::Count.show_slope(50.0), "50/s");
    assert_eq!(Rate::PerSecond(0.5).to_string(), "0.5/s");
}

#[test]
fn a_span_survives_its_file() {
    #[derive(Serialize, Deserialize)]
    struct File {
        span: Span,
    }
    let text = toml::to_string(&File { span: Span::from_secs_f64(5400.25) }).unwrap();
    assert_eq!(toml::from_str::<File>(&text).unwrap().span.secs(), 5400.25);
}
