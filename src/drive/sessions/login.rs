//! One session is begun: its logins one after another, each with what those before it captured.

use std::sync::Arc;
use std::time::Duration;

use serde_json::Value;

use super::capture::capture;
use super::excerpt::excerpt;
use super::values::CapturedValues;
use crate::drive::exchange::{Exchange, KeptAnswer, SlotConnection};
use crate::drive::first_requests::{describe, find_failure};
use crate::drive::rendering::{Filling, Renderer};
use crate::error::Result;
use crate::evidence::{CaptureFailure, CapturePlace, FailedLogin, FailedRequest, LoginFailure};
use crate::plan::{CaptureFrom, LoginPlan, RequestPlan, SessionsPlan};

/// Sends the logins of a plan.
pub(super) struct LoginClient {
    plan: SessionsPlan,
    exchange: Exchange,
    /// How long one answer is waited for.
    within: Duration,
}

/// How a login failed, with the status of its answer.
pub(super) struct Failed {
    pub(super) login: FailedLogin,
    pub(super) status: Option<u16>,
}

impl LoginClient {
    /// # Errors
    /// When the HTTP client cannot be set up, or a request cannot be built.
    pub(super) fn new(plan: &SessionsPlan, connections: u32, within: Duration) -> Result<LoginClient> {
        let requests: Vec<RequestPlan> = plan.logins.iter().map(|login| login.request.clone()).collect();
        let exchange = Exchange::new(&requests, Vec::new(), connections)?;
        Ok(LoginClient { plan: plan.clone(), exchange, within })
    }

    /// Begins the session of this number, from 0.
    pub(super) async fn log_in(
        &self,
        connection: &mut SlotConnection,
        number: usize,
    ) -> std::result::Result<CapturedValues, Box<Failed>> {
        let names: usize = self.plan.logins.iter().map(|login| login.captures.len()).sum();
        let mut values = CapturedValues::empty(names);
        let mut index = 0;
        for (which, login) in self.plan.logins.iter().enumerate() {
            let filling = Filling::for_login(number as u64 + 1, Arc::new(values.clone()));
            let sent = self.exchange.send_and_keep(connection, which, &filling, self.within).await;
            let (outcome, detail, answer) = sent;
            let failed = |failure, values: &CapturedValues| {
                Box::new(Failed {
                    login: self.describe(login, number, failure, &answer, &filling, values),
                    status: outcome.status,
                })
            };
            if let Some(failure) = find_failure(&login.request, &outcome, &detail, self.within) {
                // what is sent are credentials, wherever they are
                let request = FailedRequest { has_credentials: true, ..describe(&login.request, failure) };
                return Err(failed(LoginFailure::Request(request), &values));
            }
            for wanted in &login.captures {
                match capture(&wanted.from, &answer.headers, &answer.body) {
                    Ok(value) => values.set(index, value),
                    Err(failure) => {
                        let (name, place) = (wanted.name.clone(), place_of(&wanted.from));
                        return Err(failed(LoginFailure::Capture { name, place, failure }, &values));
                    }
                }
                index += 1;
            }
        }
        Ok(values)
    }

    /// Closes pooled connections.
    pub(super) async fn close(&self) {
        self.exchange.close_pooled().await;
    }

    fn describe(
        &self,
        login: &LoginPlan,
        number: usize,
        failure: LoginFailure,
        answer: &KeptAnswer,
        filling: &Filling,
        values: &CapturedValues,
    ) -> FailedLogin {
        // names of what is there say more than the text around them, and hold no values
        let is_named =
            matches!(&failure, LoginFailure::Capture { failure, .. } if *failure != CaptureFailure::NotJson);
        let answer = match is_named {
            true => String::new(),
            false => {
                let captured = values.iter().map(String::from);
                excerpt(&answer.body, secrets_of(&login.request, filling).into_iter().chain(captured))
            }
        };
        let (session, of) = (number as u64 + 1, self.plan.count);
        FailedLogin { name: login.request.name.clone(), session, of, failure, answer }
    }
}

fn place_of(from: &CaptureFrom) -> CapturePlace {
    match from {
        CaptureFrom::Json(pointer) => CapturePlace::Json(pointer.clone()),
        CaptureFrom::Header(name) => CapturePlace::Header(name.to_string()),
        CaptureFrom::Cookie(name) => CapturePlace::Cookie(name.clone()),
    }
}

/// What was sent that may come back in the answer: the values of headers and their words, of the query, and of the data.
fn secrets_of(request: &RequestPlan, filling: &Filling) -> Vec<String> {
    let renderer = Renderer::from_plan(request);
    let mut secrets: Vec<String> = Vec::new();
    let rendered = renderer.iter().flat_map(|renderer| renderer.headers(filling)).map(|(_, value)| value);
    for value in request.headers.values().cloned().chain(rendered) {
        let text = String::from_utf8_lossy(value.as_bytes()).into_owned();
        secrets.extend(text.split_whitespace().map(String::from));
        secrets.push(text);
    }
    let target = renderer.as_ref().map(|renderer| renderer.target(filling));
    let target =
        target.map_or_else(|| request.target(), |target| String::from_utf8_lossy(&target).into_owned());
    secrets.extend(target.split_once('?').into_iter().flat_map(|(_, query)| form_values(query)));
    // a slot of the path is a value as well
    let fixed: Vec<&str> = request.url.path().split('/').collect();
    let path = target.split('?').next().unwrap_or_default();
    secrets.extend(path.split('/').filter(|part| !fixed.contains(part)).map(decode));
    let body = renderer.and_then(|renderer| renderer.body(filling)).unwrap_or_else(|| request.body.clone());
    let text = String::from_utf8_lossy(&body).into_owned();
    match serde_json::from_str::<Value>(&text) {
        Ok(json) => json_values(&json, &mut secrets),
        Err(_) => secrets.extend(form_values(&text)),
    }
    secrets.push(text);
    secrets
}

fn form_values(text: &str) -> impl Iterator<Item = String> {
    text.split('&').filter_map(|pair| pair.split_once('=')).map(|(_, value)| decode(&value.replace('+', " ")))
}

fn decode(text: &str) -> String {
    percent_encoding::percent_decode_str(text).decode_utf8_lossy().into_owned()
}

fn json_values(json: &Value, values: &mut Vec<String>) {
    match json {
        Value::Object(fields) => fields.values().for_each(|value| json_values(value, values)),
        Value::Array(items) => items.iter().for_each(|item| json_values(item, values)),
        Value::String(text) => values.push(text.clone()),
        Value::Number(number) => values.push(number.to_string()),
        Value::Bool(_) | Value::Null => {}
    }
}
