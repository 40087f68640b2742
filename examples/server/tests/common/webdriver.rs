//! As much of W3C WebDriver as the tests need, over plain HTTP to a chromedriver of their own.

use std::io::{self, BufRead as _, BufReader, Read as _, Write as _};
use std::net::TcpStream;
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{Duration, Instant};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};

/// How WebDriver marks a reference to an element (W3C WebDriver section 12.1).
const ELEMENT: &str = "element-6066-11e4-a52e-4f735466cecf";
const PATIENCE: Duration = Duration::from_secs(60);

/// One request over a connection of its own; the body of the answer as JSON.
pub fn http(address: &str, method: &str, path: &str, content_type: &str, body: &str) -> io::Result<Value> {
    let mut stream = TcpStream::connect(address)?;
    stream.set_read_timeout(Some(PATIENCE))?;
    let length = body.len();
    write!(
        stream,
        "{method} {path} HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\nContent-Type: {content_type}\r\n\
         Content-Length: {length}\r\n\r\n{body}"
    )?;
    let mut reader = BufReader::new(stream);
    let mut length = 0;
    loop {
        let mut line = String::new();
        reader.read_line(&mut line)?;
        let line = line.trim_end().to_ascii_lowercase();
        if line.is_empty() {
            break;
        }
        if let Some(value) = line.strip_prefix("content-length:") {
            length = value.trim().parse().map_err(io::Error::other)?;
        }
    }
    let mut body = vec![0; length];
    reader.read_exact(&mut body)?;
    serde_json::from_slice(&body).map_err(io::Error::other)
}

/// A new Chromium with a profile of its own. Dropping it closes both and removes the profile, also in a panic.
pub struct Browser {
    driver: Child,
    address: String,
    session: String,
    profile: PathBuf,
}

impl Browser {
    /// # Errors
    ///
    /// What is not installed.
    pub fn start() -> Result<Self, String> {
        static COUNT: AtomicU32 = AtomicU32::new(0);
        let chromium = find("chromium").ok_or("Chromium not found")?;
        let driver = find("chromedriver").ok_or("chromedriver not found")?;
        let mut driver = Command::new(driver).arg("--port=0").stdout(Stdio::piped()).spawn().expect("chromedriver starts");
        let stdout = BufReader::new(driver.stdout.take().expect("a pipe"));
        let profile = format!("grantor-browser-{}-{}", std::process::id(), COUNT.fetch_add(1, Ordering::Relaxed));
        let profile = std::env::temp_dir().join(profile);
        // From here on a panic stops the driver.
        let mut browser = Self { driver, address: String::new(), session: String::new(), profile };
        let mut lines = stdout.lines().map_while(Result::ok);
        let port = lines.find_map(|line| Some(line.split_once("successfully on port ")?.1.trim_end_matches('.').to_owned()));
        browser.address = format!("127.0.0.1:{}", port.expect("chromedriver says where it listens"));
        // It writes little, but must not block on a full pipe.
        std::thread::spawn(move || lines.for_each(drop));

        let mut arguments: Vec<String> = [
            "--headless",
            "--no-sandbox",
            "--disable-gpu",
            "--disable-quic",
            "--disable-dev-shm-usage",
            "--disable-background-networking",
            "--disable-component-update",
            "--disable-sync",
            "--no-first-run",
            "--no-proxy-server",
        ]
        .map(str::to_owned)
        .into();
        arguments.push(format!("--user-data-dir={}", browser.profile.display()));
        let options = json!({"binary": chromium, "args": arguments});
        let capabilities =
            json!({"alwaysMatch": {"goog:chromeOptions": options, "timeouts": {"implicit": 30_000, "pageLoad": 30_000}}});
        let created = browser.call("POST", "/session", &json!({"capabilities": capabilities})).expect("a session");
        browser.session = format!("/session/{}", created["sessionId"].as_str().expect("an identifier"));
        Ok(browser)
    }

    fn call(&self, method: &str, path: &str, body: &Value) -> Result<Value, String> {
        let path = format!("{}{path}", self.session);
        let mut answer = http(&self.address, method, &path, "application/json", &body.to_string())
            .map_err(|error| format!("{method} {path}: {error}"))?;
        let value = answer["value"].take();
        if value.get("error").is_some() { Err(format!("{method} {path} {body}: {value}")) } else { Ok(value) }
    }

    #[track_caller]
    fn post(&self, path: &str, body: &Value) -> Value {
        self.call("POST", path, body).unwrap_or_else(|error| panic!("{error}"))
    }

    #[track_caller]
    fn get(&self, path: &str) -> Value {
        self.call("GET", path, &json!({})).unwrap_or_else(|error| panic!("{error}"))
    }

    #[track_caller]
    fn get_text(&self, path: &str) -> String {
        let value = self.get(path);
        value.as_str().unwrap_or_else(|| panic!("{path}: {value}")).to_owned()
    }

    /// The path of the element that a CSS selector finds.
    #[track_caller]
    fn element(&self, selector: &str) -> String {
        match self.find(selector) {
            Ok(path) => path,
            Err(error) => panic!("{error}\n{}: {}", self.url(), self.get_text("/source")),
        }
    }

    fn find(&self, selector: &str) -> Result<String, String> {
        let found = self.call("POST", "/element", &json!({"using": "css selector", "value": selector}))?;
        Ok(format!("/element/{}", found[ELEMENT].as_str().unwrap_or_default()))
    }

    /// Is there such an element, now?
    pub fn has(&self, selector: &str) -> bool {
        self.wait_at_most(Duration::ZERO);
        let found = self.find(selector);
        self.wait_at_most(PATIENCE / 2);
        found.is_ok()
    }

    /// How long a search for an element goes on while the element is not there yet.
    fn wait_at_most(&self, patience: Duration) {
        self.post("/timeouts", &json!({"implicit": u64::try_from(patience.as_millis()).expect("a number")}));
    }

    #[track_caller]
    pub fn open(&self, url: &str) {
        self.post("/url", &json!({"url": url}));
    }

    #[track_caller]
    pub fn url(&self) -> String {
        self.get_text("/url")
    }

    #[track_caller]
    pub fn click(&self, selector: &str) {
        self.post(&format!("{}/click", self.element(selector)), &json!({}));
    }

    /// Clicks on what leads to another page, and waits until this one is gone.
    #[track_caller]
    pub fn follow(&self, selector: &str) {
        let element = self.element(selector);
        self.post(&format!("{element}/click"), &json!({}));
        self.wait_until_gone(&element);
    }

    /// Presses Enter in an element, which leads to another page.
    #[track_caller]
    pub fn press_enter(&self, selector: &str) {
        let element = self.element(selector);
        self.post(&format!("{element}/value"), &json!({"text": "\u{e007}"}));
        self.wait_until_gone(&element);
    }

    #[track_caller]
    fn wait_until_gone(&self, element: &str) {
        let deadline = Instant::now() + PATIENCE;
        while self.call("GET", &format!("{element}/name"), &json!({})).is_ok() {
            assert!(Instant::now() < deadline, "still at {}", self.url());
            std::thread::sleep(Duration::from_millis(10));
        }
    }

    /// Types into an empty input.
    #[track_caller]
    pub fn fill(&self, selector: &str, text: &str) {
        let element = self.element(selector);
        self.post(&format!("{element}/clear"), &json!({}));
        self.post(&format!("{element}/value"), &json!({"text": text}));
    }

    #[track_caller]
    pub fn text(&self, selector: &str) -> String {
        self.get_text(&format!("{}/text", self.element(selector)))
    }

    #[track_caller]
    pub fn property(&self, selector: &str, name: &str) -> String {
        self.get_text(&format!("{}/property/{name}", self.element(selector)))
    }

    /// What a screen reader calls it.
    #[track_caller]
    pub fn label(&self, selector: &str) -> String {
        self.get_text(&format!("{}/computedlabel", self.element(selector)))
    }

    #[track_caller]
    pub fn enter_frame(&self, selector: &str) {
        let id = self.element(selector).replacen("/element/", "", 1);
        self.post("/frame", &json!({"id": {ELEMENT: id}}));
    }

    #[track_caller]
    pub fn leave_frame(&self) {
        self.post("/frame", &json!({"id": null}));
    }

    /// Puts a frame in place of what the page shows, and waits until it has loaded or was refused.
    #[track_caller]
    pub fn add_frame(&self, id: &str, url: &str) {
        let script = "const [id, url, done] = arguments; const frame = document.createElement('iframe'); \
                      frame.id = id; frame.src = url; frame.onload = () => done(); document.body.replaceChildren(frame)";
        self.post("/execute/async", &json!({"script": script, "args": [id, url]}));
    }

    #[track_caller]
    pub fn script(&self, script: &str) -> Value {
        self.post("/execute/sync", &json!({"script": script, "args": []}))
    }

    /// A command of the DevTools protocol, for what WebDriver does not have.
    #[track_caller]
    pub fn devtools(&self, command: &str, parameters: Value) {
        self.post("/goog/cdp/execute", &json!({"cmd": command, "params": parameters}));
    }

    #[track_caller]
    pub fn screenshot(&self) -> Vec<u8> {
        STANDARD.decode(self.get_text("/screenshot")).expect("base64")
    }
}

impl Drop for Browser {
    fn drop(&mut self) {
        if !self.session.is_empty() {
            // Chromium ends with its session; it would outlive a driver that is killed.
            let _ = self.call("DELETE", "", &json!({}));
        }
        let _ = self.driver.kill();
        let _ = self.driver.wait();
        let _ = std::fs::remove_dir_all(&self.profile);
    }
}

fn find(program: &str) -> Option<PathBuf> {
    let path = std::env::var_os("PATH")?;
    std::env::split_paths(&path).map(|directory| directory.join(program)).find(|file| file.is_file())
}
