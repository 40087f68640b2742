//! Devices (`--device`) in a real browser: a television shows its code, and a person lets it in.
//!
//! Where there is no Chromium this says so and passes, unless `GRANTOR_REQUIRE_CHROMIUM=1`.

#[path = "common/example_process.rs"]
mod example_process;
#[path = "common/webdriver.rs"]
#[allow(dead_code, reason = "each test binary uses its part")]
mod webdriver;

use std::path::PathBuf;
use std::thread::sleep;
use std::time::Duration;

use example_process::Example;
use webdriver::Browser;

fn start() -> Option<(Example, Browser)> {
    match Browser::start() {
        Ok(browser) => Some((Example::start_with(&["--device"]), browser)),
        Err(missing) if std::env::var("GRANTOR_REQUIRE_CHROMIUM").is_ok_and(|value| value == "1") => panic!("{missing}"),
        Err(missing) => {
            eprintln!("left out: {missing}");
            None
        }
    }
}

fn screenshot(browser: &Browser, name: &str) {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../target/screenshots");
    std::fs::create_dir_all(&folder).expect("a folder");
    std::fs::write(folder.join(format!("{name}.png")), browser.screenshot()).expect("a picture");
}

/// Switches the television on; its code, and the URL with the code in it.
fn television(example: &Example, browser: &Browser) -> (String, String) {
    browser.open(&format!("{}/sample-device", example.server));
    browser.follow("#television-start");
    screenshot(browser, "device-television");
    let complete = browser.property("#television-complete", "href");
    assert_eq!(read(&browser.property("#television-qr path", "outerHTML")), complete);
    (browser.text("#television-code"), complete)
}

/// What a QR code says, as a telephone reads it: of its dark squares, each of which is drawn as `M8 8h4v4H8V8`.
fn read(path: &str) -> String {
    let drawn = path.split("d=\"").nth(1).and_then(|rest| rest.split('"').next()).expect("a path");
    let numbers = |square: &str| -> Vec<usize> {
        square.split(|byte: char| !byte.is_ascii_digit()).filter_map(|number| number.parse().ok()).collect()
    };
    let squares: Vec<_> = drawn.split('M').filter(|square| !square.is_empty()).map(numbers).collect();
    let size = 8 + squares.iter().map(|square| square[0].max(square[1]) + square[2]).max().expect("a square");
    let dark =
        |x: usize, y: usize| squares.iter().any(|at| (at[0]..at[0] + at[2]).contains(&x) && (at[1]..at[1] + at[3]).contains(&y));
    let mut picture = rqrr::PreparedImage::prepare_from_greyscale(size, size, |x, y| if dark(x, y) { 0 } else { 255 });
    let found = picture.detect_grids();
    found.first().expect("a QR code").decode().expect("a text").1
}

fn sign_in(browser: &Browser, password: &str) {
    browser.fill("#username", "alice");
    browser.fill("#password", password);
    browser.follow("#login-submit");
}

/// What the television says once it has asked again.
fn told(example: &Example, browser: &Browser) -> String {
    for _ in 0..10 {
        browser.open(&format!("{}/sample-device", example.server));
        if browser.has("#television") {
            return browser.text("#television");
        }
        sleep(Duration::from_secs(2));
    }
    panic!("the television still waits");
}

// shows: RFC8628-3.3-01, RFC8628-5.4-01, RFC8628-5.4-02
#[test]
fn a_person_types_the_code_signs_in_and_lets_the_television_in() {
    let Some((example, browser)) = start() else { return };
    let (code, _) = television(&example, &browser);
    browser.open(&format!("{}/device", example.server));
    browser.fill("#user_code", "bbbb bbbb");
    browser.follow("#device-submit");
    assert!(browser.text("#device-message").starts_with("This code is not known."));
    assert_eq!(browser.property("#user_code", "value"), "bbbb bbbb", "nobody has to type it again");
    browser.fill("#user_code", &code.to_lowercase().replace('-', ""));
    browser.follow("#device-submit");

    screenshot(&browser, "device-shown");
    assert_eq!((browser.text("#device-code"), browser.text("#device-client")), (code, "Sample television".to_owned()));
    assert_eq!(browser.text("#source"), "127.0.0.1");
    assert_eq!(browser.text("#scope"), "See your notes\nChange your notes");
    browser.follow("#device-mine");
    sign_in(&browser, "Wonderland");
    assert_eq!(browser.text("#login-message"), "The user name or the password is wrong.");
    sign_in(&browser, "wonderland");
    screenshot(&browser, "device-consent");
    browser.click("input[name=scope][value=write]");
    browser.follow("#device-approve");
    assert!(browser.text("#device-done").starts_with("Sample television is connected."));
    assert_eq!(told(&example, &browser), "You are signed in. This television may: read");

    // It is among what the person has allowed.
    browser.open(&format!("{}/account", example.server));
    assert!(browser.text("main").contains("Sample television"));
}

// shows: RFC8628-3.3.1-04, RFC8628-5.4-01
#[test]
fn a_link_with_the_code_in_it_is_asked_about_too() {
    let Some((example, browser)) = start() else { return };
    let (code, complete) = television(&example, &browser);
    browser.open(&complete);
    assert_eq!(browser.text("#device-code"), code);
    // Who is signed in sees the same: nothing was decided by coming.
    browser.follow("#device-mine");
    sign_in(&browser, "wonderland");
    assert!(browser.has("#device-approve"));
    browser.open(&complete);
    assert_eq!(browser.text("#device-code"), code);
    browser.follow("#device-not-mine");
    assert!(browser.text("#device-done").ends_with("gets no access."));
    assert_eq!(told(&example, &browser), "You refused. Nobody is signed in.");
    browser.open(&complete);
    assert!(browser.has("#device-message"));
}
