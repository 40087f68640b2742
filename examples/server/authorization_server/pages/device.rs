//! The pages for devices: where people type a code and decide, and those of the sample device.

use std::time::Duration;

use grantor::DeviceRequest;
use http::{HeaderName, HeaderValue, StatusCode};

use super::{Page, Pages, Text, details_boxes, details_in_words, in_words, scope_box, stranger};
use crate::users::User;

impl Pages {
    /// Where a code is typed.
    pub fn device_code(&self, code: &str, message: &str) -> Page {
        let (path, code) = (self.path(), Text(code));
        let alert = match message {
            "" => String::new(),
            message => format!("<p class=\"alert\" id=\"device-message\" role=\"alert\">{}</p>\n", Text(message)),
        };
        self.html(
            StatusCode::OK,
            "Connect a device",
            &format!(
                r#"<h1>Connect a device</h1>
<p>Type the code that your device shows.</p>
{alert}<form method="post" action="{path}/device">
<label for="user_code">Code</label>
<input id="user_code" name="user_code" value="{code}" autocomplete="off" autocapitalize="characters" spellcheck="false" maxlength="64" required autofocus>
<div class="buttons"><button id="device-submit" class="primary">Go on</button></div>
</form>
<p class="note">Did somebody send you the code? Then it is not for your device: close this page.</p>"#
            ),
        )
    }

    /// Is it the person's own device? It is asked also where the code came in the URL (RFC 8628 section 5.4).
    pub fn device_shown(&self, device: &DeviceRequest, handle: &str) -> Page {
        let (request, path, handle) = (device.request(), self.path(), Text(handle));
        let (client, code) = (request.client_name(), Text(device.user_code()));
        let (client, stranger) = (Text(&client), stranger(request));
        let scope = request.scope().iter().map(in_words);
        let wants: String = scope.chain(details_in_words(request)).map(|words| format!("<li>{words}</li>")).collect();
        let wants = if wants.is_empty() { String::new() } else { format!("\n<p>It asks to:</p>\n<ul id=\"scope\">{wants}</ul>") };
        let from = match device.source() {
            Some(address) => format!(" from <strong id=\"source\">{address}</strong>"),
            None => String::new(),
        };
        let ago = ago(device);
        self.html(
            StatusCode::OK,
            "Is this your device?",
            &format!(
                r#"<h1>Is this your device?</h1>{stranger}
<p><strong id="device-client">{client}</strong> asked for access {ago}{from}. It shows this code:</p>
<p><code id="device-code">{code}</code></p>{wants}
<form method="post" action="{path}/device/continue">
<input type="hidden" name="handle" value="{handle}">
<div class="buttons">
<button id="device-mine" class="primary" name="decision" value="continue">Yes, it is in front of me</button>
<button id="device-not-mine" name="decision" value="deny">No</button>
</div>
</form>
<p class="note">Whoever has the device gets the access. If somebody sent you this code, or a link to this page, press No.</p>"#
            ),
        )
    }

    pub fn device_consent(&self, device: &DeviceRequest, handle: &str, user: &User) -> Page {
        let (request, path, handle) = (device.request(), self.path(), Text(handle));
        let (client, account, name) = (request.client_name(), Text(user.subject.as_str()), Text(&user.name));
        let client = Text(&client);
        let boxes = request.scope().iter().map(scope_box).collect::<String>() + &details_boxes(request);
        let question = match boxes.is_empty() {
            true => "<p>It wants to know who you are, and nothing else.</p>".to_owned(),
            false => format!("<fieldset><legend>It asks to</legend>{boxes}</fieldset>"),
        };
        let apis: String = request.resources().map(|name| format!("<li>{}</li>", Text(name))).collect();
        let apis = match apis.is_empty() {
            true => String::new(),
            false => format!("\n<p>It wants to use:</p>\n<ul id=\"resources\">{apis}</ul>"),
        };
        self.html(
            StatusCode::OK,
            "Let the device in?",
            &format!(
                r#"<h1>Let <em>{client}</em> in?</h1>
<p>You are signed in as <strong id="account">{name}</strong>.</p>
<form method="post" action="{path}/device/decide">
<input type="hidden" name="handle" value="{handle}">
<input type="hidden" name="account" value="{account}">
{question}{apis}
<div class="buttons">
<button id="device-approve" class="primary" name="decision" value="approve">Allow</button>
<button id="device-deny" name="decision" value="deny">Deny</button>
</div>
</form>"#
            ),
        )
    }

    pub fn device_done(&self, client: &str, allowed: bool) -> Page {
        let (path, client) = (self.path(), Text(client));
        let (title, words) = match allowed {
            true => ("The device is connected", "is connected. You can go back to it"),
            false => ("The device was refused", "gets no access"),
        };
        let content = format!(
            r#"<h1>{title}</h1>
<p id="device-done"><strong>{client}</strong> {words}.</p>
<p class="note">You can take back what you allowed at any time: <a href="{path}/account">connected apps</a>.</p>"#
        );
        self.html(StatusCode::OK, title, &content)
    }

    /// The sample device, switched off.
    pub fn sample_device(&self, message: &str) -> Page {
        let (path, message) = (self.path(), Text(message));
        self.html(
            StatusCode::OK,
            "Sample television",
            &format!(
                r#"<h1>Sample television</h1>
<p id="television">{message}</p>
<form method="post" action="{path}/sample-device">
<div class="buttons"><button id="television-start" class="primary">Sign in</button></div>
</form>"#
            ),
        )
    }

    /// It waits for its person, and asks again after so long.
    pub fn sample_device_waits(&self, code: &str, (uri, complete): (&str, &str), qr: &str, again: Duration) -> Page {
        let (code, uri, complete) = (Text(code), Text(uri), Text(complete));
        let content = format!(
            r#"<h1>Sample television</h1>
<p>To sign in, open <a id="television-uri" href="{uri}">{uri}</a> on your phone, and type:</p>
<p><code id="television-code">{code}</code></p>
<p>Or scan this: <a id="television-complete" href="{complete}">the same with the code in it</a>.</p>
<div id="television-qr">{qr}</div>"#
        );
        let mut page = self.html(StatusCode::OK, "Sample television", &content);
        // No script: the browser loads the page again, and the device asks.
        page.headers_mut().insert(HeaderName::from_static("refresh"), HeaderValue::from(again.as_secs()));
        page
    }

    /// It has its tokens.
    pub fn sample_device_signed_in(&self, scope: &str) -> Page {
        let content = format!(
            r#"<h1>Sample television</h1>
<p id="television">You are signed in. This television may: <code>{}</code></p>"#,
            Text(scope)
        );
        self.html(StatusCode::OK, "Sample television", &content)
    }
}

fn ago(device: &DeviceRequest) -> String {
    use grantor::{Clock as _, SystemClock};
    match device.requested_at().checked_secs_until(SystemClock.now()).unwrap_or(0) {
        0..60 => "just now".to_owned(),
        60..120 => "a minute ago".to_owned(),
        seconds => format!("{} minutes ago", seconds / 60),
    }
}
