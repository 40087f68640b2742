//! The page of the applications that a person has allowed access.

use grantor::{Clock as _, Scope, SystemClock, Timestamp};
use http::StatusCode;

use super::{Page, Pages, Text, in_words};
use crate::users::User;

/// An application that was allowed access.
pub struct ConnectedApp {
    pub client_id: String,
    /// `None` if it is not registered any more.
    pub name: Option<String>,
    /// Where it is described, if its identifier is the URL of a document.
    pub host: Option<String>,
    /// When it was last allowed.
    pub since: Timestamp,
    pub scope: Scope,
}

/// Where a person is signed in.
pub struct Place {
    pub since: Timestamp,
    /// The names of the applications.
    pub apps: Vec<String>,
}

impl Pages {
    pub fn account(&self, user: &User, apps: &[ConnectedApp], places: &[Place], csrf: &str) -> Page {
        let (path, csrf, name) = (self.path(), Text(csrf), Text(&user.name));
        let list: String = apps.iter().map(|app| self.app(app, &csrf)).collect();
        let list = match apps {
            [] => "<p id=\"no-apps\">No application has access to your account.</p>".to_owned(),
            _ => format!("<p>These applications have access to your account:</p>\n<ul class=\"cards\">{list}\n</ul>"),
        };
        let signed_in: String = places.iter().map(place).collect();
        let signed_in = match places {
            [] => String::new(),
            _ => format!(
                r#"
<h2>Signed in at</h2>
<ul id="sessions">{signed_in}</ul>
<form method="post" action="{path}/account/sign-out-everywhere">
<input type="hidden" name="csrf" value="{csrf}">
<button id="sign-out-everywhere" class="revoke">Sign out everywhere</button>
</form>"#
            ),
        };
        self.html(
            StatusCode::OK,
            "Connected apps",
            &format!(
                r#"<h1>Connected apps</h1>
<p>You are signed in as <strong id="account">{name}</strong>.</p>
{list}{signed_in}
<form method="post" action="{path}/logout" class="note">
<input type="hidden" name="csrf" value="{csrf}">
<button id="logout" class="link">Sign out</button> · <a href="{path}/">Start page</a>
</form>"#
            ),
        )
    }

    /// The page that asks whether to sign out, with the hidden fields of its form.
    pub fn ask_to_sign_out(&self, action: &str, fields: &[(&str, &str)], client: Option<&str>) -> Page {
        let hidden: String = fields
            .iter()
            .map(|(name, value)| format!("\n<input type=\"hidden\" name=\"{}\" value=\"{}\">", Text(name), Text(value)))
            .collect();
        let from = client.map(|name| format!("<p>You come from <strong>{}</strong>.</p>\n", Text(name))).unwrap_or_default();
        let (path, action) = (self.path(), Text(action));
        self.html(
            StatusCode::OK,
            "Sign out?",
            &format!(
                r#"<h1>Sign out?</h1>
{from}<p>You will be signed out here, and of the applications that you signed in to with this account.</p>
<form method="post" action="{action}">{hidden}
<div class="buttons"><button id="sign-out" class="primary">Sign out</button></div>
</form>
<p class="note"><a href="{path}/account">Stay signed in</a></p>"#
            ),
        )
    }

    pub fn signed_out(&self) -> Page {
        let path = self.path();
        let content = format!(
            "<h1 id=\"signed-out\">You are signed out</h1>\n<p>Of this server, and of the applications that you signed in to with it.</p>\n\
             <p class=\"note\"><a href=\"{path}/\">Start page</a></p>"
        );
        self.html(StatusCode::OK, "Signed out", &content)
    }

    fn app(&self, app: &ConnectedApp, csrf: &Text<'_>) -> String {
        let ConnectedApp { client_id, name, host, since, scope } = app;
        let (path, id, since) = (self.path(), Text(client_id), ago(*since));
        let words: String = scope.iter().map(|token| format!("<li>{}</li>", in_words(token))).collect();
        let may =
            if words.is_empty() { "<p>Knows who you are</p>".to_owned() } else { format!("<ul class=\"may\">{words}</ul>") };
        let gone = if name.is_none() { "<p>This application is not registered here any more.</p>" } else { "" };
        let from = host.as_deref().map(|host| format!("<p class=\"host\">From {}</p>", Text(host))).unwrap_or_default();
        let name = Text(name.as_deref().unwrap_or(client_id));
        format!(
            r#"
<li class="app"><div><strong>{name}</strong>{from}{gone}{may}<p>Allowed {since}</p></div>
<form method="post" action="{path}/account/revoke">
<input type="hidden" name="csrf" value="{csrf}">
<input type="hidden" name="client" value="{id}">
<button class="revoke" aria-label="Revoke access of {name}">Revoke access</button>
</form></li>"#
        )
    }
}

fn place(place: &Place) -> String {
    let names: Vec<String> = place.apps.iter().map(|name| format!("<strong>{}</strong>", Text(name))).collect();
    format!("<li>{}, {}</li>", names.join(", "), ago(place.since))
}

/// People think of the recent past in these words; a calendar would need their time zone.
fn ago(since: Timestamp) -> String {
    let seconds = SystemClock.now().as_unix().saturating_sub(since.as_unix());
    let (count, unit) = match seconds {
        0..60 => return "just now".to_owned(),
        60..3_600 => (seconds / 60, "minute"),
        3_600..86_400 => (seconds / 3_600, "hour"),
        _ => (seconds / 86_400, "day"),
    };
    format!("{count} {unit}{} ago", if count == 1 { "" } else { "s" })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::site::{Site, SiteIssuer};

    #[test]
    fn a_client_that_is_a_url_is_shown_by_its_name_and_its_host() {
        let site = Site::new(&SiteIssuer::parse("https://auth.example.com").expect("an issuer"));
        let pages = Pages::new(&site, None);
        let app = |name: Option<&str>, host: Option<&str>| {
            let (name, host) = (name.map(str::to_owned), host.map(str::to_owned));
            let client_id = "https://app.example.com/client.json".to_owned();
            let app = ConnectedApp { client_id, name, host, since: SystemClock.now(), scope: Scope::empty() };
            pages.app(&app, &Text("csrf"))
        };
        let page = app(Some("An <app>"), Some("app.example.com"));
        for shown in [
            "<strong>An &lt;app&gt;</strong>",
            "From app.example.com",
            r#"name="client" value="https://app.example.com/client.json""#,
        ] {
            assert!(page.contains(shown), "{page}");
        }
        assert!(!app(Some("An app"), None).contains("From "));
        assert!(app(None, None).contains("not registered here any more"));
    }
}
