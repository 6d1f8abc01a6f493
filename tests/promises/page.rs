//! report.html as a browser shows it: quiet, cut off from the network, legible at every width, and its charts answer.

use std::path::{Path, PathBuf};

use soak::judge::judge;
use soak::record::read_run;
use soak::report::picture::{LIGHT, compose};
use soak::report::{html, svg};
use soak::wording::report;
use tempfile::TempDir;

use super::chromium::Browser;
use super::support::skipped;

const EVIL: &str = "<script>alert(1)</script>";
const NO_BROWSER: &str = "there is no chromium on PATH";

/// The README's leak as a page, its culprit under this name.
fn page(culprit: &str) -> (TempDir, PathBuf) {
    let run = Path::new(env!("CARGO_MANIFEST_DIR")).join("reports/sample-leak");
    let mut evidence = read_run(&run).unwrap();
    let mut findings = report(&judge(&evidence), &evidence);
    let blamed = findings.culprits[0].name.clone();
    for group in evidence.group_names.iter_mut().filter(|group| group.name == blamed) {
        group.name = culprit.into();
    }
    findings.culprits[0].name = culprit.into();
    findings.summary = format!("{} ({culprit})", findings.summary);
    let picture = svg::render(&compose(&evidence, &findings, &LIGHT)).unwrap();
    let place = tempfile::tempdir().unwrap();
    let file = place.path().join("report.html");
    std::fs::write(&file, html::render(&evidence, &findings, &picture).unwrap()).unwrap();
    (place, file)
}

/// Where a share of the first chart's width is in the window.
async fn spot(browser: &mut Browser, share: f64) -> (f64, f64) {
    let rect = "(() => { const svg = document.querySelector('.chart svg'); svg.scrollIntoView({block: 'center'}); \
                const r = svg.getBoundingClientRect(); return [r.left, r.top, r.width, r.height]; })()";
    let rect: Vec<f64> = serde_json::from_value(browser.tells(rect).await).unwrap();
    (rect[0] + share * rect[2], rect[1] + 0.5 * rect[3])
}

/// What the first chart says: when, the values of its legend, the marks of its time axis, and how many lines it has.
async fn chart(browser: &mut Browser) -> (String, String, String, u64) {
    let tells = "(() => { const chart = document.querySelector('.chart'); \
                 const all = what => [...chart.querySelectorAll(what)].map(e => e.textContent).join('|'); \
                 return [all('.when'), all('.legend b'), all('svg text'), chart.querySelectorAll('path').length]; })()";
    serde_json::from_value(browser.tells(tells).await).unwrap()
}

#[tokio::test]
async fn the_page_is_quiet_sends_no_request_and_its_charts_answer() {
    let Some(mut browser) = Browser::start().await else { return skipped(NO_BROWSER) };
    let (_place, file) = page("main.newProducer.func1");
    browser.wear(1024, "light", "").await;
    browser.open(&file).await;
    let still = chart(&mut browser).await;
    assert_eq!(still.0, "at the end of steady");
    assert!(still.1.contains("MiB") && still.2.contains("30 s") && still.3 > 3, "{still:?}");

    // hover: the values are those of that moment
    let (early, late) = (spot(&mut browser, 0.4).await, spot(&mut browser, 0.8).await);
    browser.point(early).await;
    let at_early = chart(&mut browser).await;
    browser.point(late).await;
    let at_late = chart(&mut browser).await;
    assert!(at_early.0.ends_with(" s") && at_early.0 != at_late.0, "{at_early:?} {at_late:?}");
    assert_ne!(at_early.1, at_late.1);
    let cursor = "document.querySelector('.chart svg > line:last-of-type').getAttribute('visibility')";
    assert_eq!(browser.tells(cursor).await, "visible");

    // zoom: the axis of every chart is that of the part, and comes back
    browser.draw(early, late).await;
    let zoomed = chart(&mut browser).await;
    assert!(zoomed.2 != still.2 && !zoomed.2.contains("warmup"), "{zoomed:?}");
    let others =
        "[...document.querySelectorAll('.chart svg')].filter(s => s.textContent.includes('warmup')).length";
    assert_eq!(browser.tells(others).await, 0);
    browser.tells("document.querySelector('.back').click()").await;
    assert_eq!(chart(&mut browser).await.2, still.2);

    // a name hides and shows its line
    browser.tells("document.querySelector('.legend button').click()").await;
    assert_eq!(chart(&mut browser).await.3, still.3 - 1);
    let pressed = "document.querySelector('.legend button').getAttribute('aria-pressed')";
    assert_eq!(browser.tells(pressed).await, "false");
    browser.tells("document.querySelector('.legend button').click()").await;
    assert_eq!(chart(&mut browser).await.3, still.3);

    // nor does a page get out that wants to
    let fetched = "fetch('http://127.0.0.1:9/').then(() => 'out', () => 'kept in')";
    assert!(browser.complaints().is_empty(), "{:#?}", browser.complaints());
    let asked = serde_json::json!({"expression": fetched, "awaitPromise": true, "returnByValue": true});
    assert_eq!(browser.call("Runtime.evaluate", asked).await["result"]["value"], "kept in");
    let refused = browser.complaints().join("\n");
    assert!(refused.contains("Content Security Policy"), "{refused}");
    browser.close().await;
}

#[tokio::test]
async fn it_fits_a_phone_a_laptop_and_a_wall_in_both_lights_and_paper() {
    let Some(mut browser) = Browser::start().await else { return skipped(NO_BROWSER) };
    // a name that cannot be broken at a space
    let (_place, file) =
        page("github.com/example/very-long-organisation-name/service/internal/pipeline.newProducer.func1");
    browser.open(&file).await;
    browser.tells("document.querySelectorAll('details').forEach(d => { d.open = true; })").await;
    let paper = "getComputedStyle(document.body).backgroundColor";
    let shown =
        "[...document.querySelectorAll('.chart, #picture')].map(e => getComputedStyle(e).display).join()";
    for (scheme, ground) in [("light", "rgb(255, 255, 255)"), ("dark", "rgb(15, 23, 42)")] {
        for wide in [375u32, 600, 1000, 1920] {
            browser.wear(wide, scheme, "").await;
            let over = "[...document.querySelectorAll('body *')].filter(e => !e.closest('.wide') && \
                        e.getBoundingClientRect().right > innerWidth).map(e => e.outerHTML.slice(0, 90)).join('\\n')";
            let scroll = browser.tells("document.scrollingElement.scrollWidth").await.as_u64().unwrap();
            assert!(scroll <= u64::from(wide), "{scroll} at {wide}: {}", browser.tells(over).await);
            // charts are drawn for the width they have: their text is as large as any
            let drawn = "[...document.querySelectorAll('.chart svg')].every(s => s.viewBox.baseVal.width === s.clientWidth)";
            assert_eq!(browser.tells(drawn).await, true, "at {wide}");
            assert_eq!(browser.tells(paper).await, ground, "at {wide}");
        }
        assert!(!browser.tells(shown).await.as_str().unwrap().contains("block,none"), "{scheme}");
        browser.tells("document.querySelectorAll('details').forEach(d => { d.open = false; })").await;
        browser.wear(800, scheme, "print").await;
        assert_eq!(browser.tells(paper).await, "rgb(255, 255, 255)", "paper is light");
        let on_paper = browser.tells(shown).await;
        assert_eq!(on_paper, "block,none,none,none,none", "the picture in place of the charts");
        let stack = "document.querySelector('#culprits pre').checkVisibility({contentVisibilityAuto: true})";
        assert_eq!(browser.tells(stack).await, true, "stacks are printed, open or not");
    }
    assert!(browser.complaints().is_empty(), "{:#?}", browser.complaints());
    browser.close().await;
}

#[tokio::test]
async fn a_culprit_named_like_a_script_stays_text() {
    let Some(mut browser) = Browser::start().await else { return skipped(NO_BROWSER) };
    let (_place, file) = page(EVIL);
    browser.open(&file).await;
    assert_eq!(browser.tells("document.querySelector('#culprits b').textContent").await, EVIL);
    assert_eq!(browser.tells("document.scripts.length").await, 3);
    let heading = browser.tells("document.querySelector('h1').textContent").await;
    assert!(heading.as_str().unwrap().ends_with(&format!("({EVIL})")), "{heading}");
    let legend = "[...document.querySelectorAll('.legend li')].some(b => b.textContent.includes('<script>'))";
    assert_eq!(browser.tells(legend).await, true, "its line has its name");
    let back =
        browser.tells("JSON.parse(document.getElementById('report').textContent).culprits[0].name").await;
    assert_eq!(back, EVIL);
    assert!(browser.complaints().is_empty(), "{:#?}", browser.complaints());
    browser.close().await;
}
