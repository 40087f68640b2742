//! The page of a person's authorizations.

use grantor::{Clock as _, Scope, SystemClock, Timestamp};
use http::StatusCode;

use super::{Page, Pages, Text};
use crate::users::User;

/// One line of the page.
pub struct Authorized {
    pub id: String,
    pub client: String,
    pub since: Timestamp,
    pub scope: Scope,
}

impl Pages {
    pub fn account(&self, user: &User, authorizations: &[Authorized], csrf: &str) -> Page {
        let (path, csrf, name) = (self.0.path(), Text(csrf), Text(&user.name));
        let list: String = authorizations.iter().map(|authorized| self.authorized(authorized, &csrf)).collect();
        let list = match authorizations {
            [] => "<p id=\"no-authorizations\">No application has access to your account.</p>".to_owned(),
            _ => format!("<p>These applications have access to your account:</p>\n<ul class=\"cards\">{list}\n</ul>"),
        };
        self.html(
            StatusCode::OK,
            "Your authorizations",
            &format!(
                r#"<h1>Your authorizations</h1>
<p>You are signed in as <strong id="account">{name}</strong>.</p>
{list}
<form method="post" action="{path}/logout" class="note">
<input type="hidden" name="csrf" value="{csrf}">
<button id="logout" class="link">Sign out</button> · <a href="{path}/">Start page</a>
</form>"#
            ),
        )
    }

    fn authorized(&self, authorized: &Authorized, csrf: &Text<'_>) -> String {
        let Authorized { id, client, since, scope } = authorized;
        let (path, id, client, since) = (self.0.path(), Text(id), Text(client), ago(*since));
        let scopes: String = scope.iter().map(|token| format!(" <code>{}</code>", Text(token))).collect();
        let scopes = if scopes.is_empty() { " nothing but your name".to_owned() } else { scopes };
        format!(
            r#"
<li class="authorization"><div><strong>{client}</strong><p>May use:{scopes}</p><p>Allowed {since}</p></div>
<form method="post" action="{path}/account/revoke">
<input type="hidden" name="csrf" value="{csrf}">
<input type="hidden" name="authorization" value="{id}">
<button class="revoke" aria-label="Revoke the access of {client}">Revoke</button>
</form></li>"#
        )
    }
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
