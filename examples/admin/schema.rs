//! The schema: checked, brought up to date.

use grantor::storage::{SchemaProgress, SchemaStatus};
use serde_json::{Value, json};

use crate::failure::Failure;
use crate::output::Form;
use crate::place::Place;

/// What a check found: the result, and the failure that says so in the exit code.
pub async fn check(place: &Place) -> Result<(Value, Option<Failure>), Failure> {
    let status = place.inspect().await?;
    let name = name(&status);
    let SchemaStatus { version, known, deviations, .. } = &status;
    let told = json!({"status": name, "version": version, "known": known, "deviations": deviations});
    let is_good = matches!(name, "ok" | "later_and_served");
    Ok((told, (!is_good).then(|| Failure::schema(format!("the schema is `{name}`")))))
}

fn name(status: &SchemaStatus) -> &'static str {
    match status {
        SchemaStatus { version: None, .. } => "none",
        status if status.is_behind() => "older",
        status if status.is_ahead() && status.is_served => "later_and_served",
        status if status.is_ahead() => "later",
        status if !status.deviations.is_empty() => "damaged",
        _ => "ok",
    }
}

pub async fn migrate(place: &Place, create: bool, form: Form) -> Result<Value, Failure> {
    let nothing = || Failure::schema("there is nothing of a store: add --create to make it there");
    if !create && !place.exists() {
        return Err(nothing());
    }
    let before = if place.exists() { place.inspect().await?.version } else { None };
    if before.is_none() && !create {
        return Err(nothing());
    }
    let progress = form.progress();
    place
        .migrate(&mut |step| match step {
            SchemaProgress::Making { version, known } => {
                progress.say(&format!("making version {version} of {known}"), || json!({"making": version, "known": known}));
            }
            SchemaProgress::Waiting => progress.say("a table is in use: trying again", || json!({"waiting": true})),
            _ => {}
        })
        .await?;
    let after = place.inspect().await?;
    Ok(json!({"from": before, "to": after.version, "migrated": before != after.version}))
}
