//! What becomes of a decision about an authorization request: the answer, once for a request that waited for its person.

use bytes::Bytes;
use http::Response;

use crate::authorization::{
    Answer, ApprovedRequest, AuthorizationRequest, AuthorizationResponse, Decided, Decision, Outcome, Pending, RequestHooks as _,
    ResumeError, Settling,
};
use crate::endpoint::AuthorizationEndpoint;
use crate::events;
use crate::feature::FeaturesOn;
use crate::grant::GrantList;
use crate::http::page;
use crate::issue::CodeSettings;
use crate::response_type::{ApprovalContext, ResponseTypeList, ResponseTypesOn};
use crate::storage::{ClientStore, FamilyId, Spending};
use crate::values::clock::Timestamp;
use crate::values::error::{ErrorCode, OAuthError};

/// What was decided: to be answered, or why not.
type Verdict = Result<ApprovedRequest, OAuthError>;

/// What goes out, and the authorization that began with it, if one did; or why not.
type Answered = Result<(AuthorizationResponse, Option<FamilyId>), OAuthError>;

/// What there is to say.
enum Said {
    Response(Result<AuthorizationResponse, OAuthError>),
    /// A refusal that was told before.
    Refused {
        error: String,
        description: String,
    },
    /// Nothing for the client.
    Page(ResumeError),
}

impl<S: ClientStore, G: GrantList, R: ResponseTypeList, F: FeaturesOn<S>> AuthorizationEndpoint<'_, S, G, R, F> {
    /// Sends a decision about a request that was valid (RFC 6749 sections 4.1.2 and 4.1.2.1).
    ///
    /// A request that came back from [`resume`](Self::resume) is decided once: whoever decides the same a second time, in the browser
    /// that began it, gets the first answer again, for as long as a code lives, and after that or otherwise a page.
    ///
    /// An approval of a request for [details](AuthorizationRequest::authorization_details) that does not say which it grants, or grants more
    /// than was asked for, is a mistake of the application, and no answer: it ends on a page with status 500, with the
    /// [`DecisionRefused`](crate::DecisionRefused) in its extensions. Nothing is decided by it: the request goes on waiting.
    pub async fn complete(self, decision: Decision) -> Response<Bytes>
    where
        R: ResponseTypesOn<S>,
    {
        let (mut request, outcome) = match decision.0 {
            Decided::Page(response) => return response,
            Decided::Rejected(request, error) => (request, Err(error)),
            Decided::Approved(request, approval) => (request, Ok(approval)),
        };
        if request.issuer != self.core.issuer {
            // A slip of the application: nobody else's request may end in a code of this server.
            tracing::error!(validated_by = %request.issuer, completed_by = %self.core.issuer, "a decision went to another server");
            return page::error(None, &OAuthError::new(ErrorCode::ServerError, "the request belongs to another server"));
        }
        let outcome = match outcome {
            Ok(approval) => match request.judge(&approval, self.features) {
                Ok(judged) => Ok((approval, judged)),
                Err(refused) => {
                    refused.report(&self.core.issuer, request.client.id());
                    return refused.into_response();
                }
            },
            Err(error) => Err(error),
        };
        let (client, target, pending) = (request.client.clone(), request.target(), request.pending.take());
        let approved = |(approval, judged)| ApprovedRequest::new(*request, approval, judged, &self.core.scope_hierarchy);
        let verdict = outcome.and_then(approved);
        let said = match pending {
            Some(pending) => self.settle(verdict, &pending).await,
            None => Said::Response(self.respond(verdict).await),
        };
        match said {
            Said::Response(Ok(response)) => target.send(&response),
            Said::Response(Err(error)) => self.send_error(&client, &target, &error).await,
            Said::Refused { error, description } => self.send_refusal(&client, &target, &error, &description).await,
            Said::Page(error) => error.into_response(),
        }
    }
}

impl<S: ClientStore, G: GrantList, R: ResponseTypesOn<S>, F: FeaturesOn<S>> AuthorizationEndpoint<'_, S, G, R, F> {
    async fn respond(&self, verdict: Verdict) -> Result<AuthorizationResponse, OAuthError> {
        let mut approved = verdict?;
        let (response, authorization) = loop {
            self.features.approve(self.core, &mut approved).await?;
            let answered = self.dispatch(&approved, self.core.now(), None).await;
            if !approved.begins_anew() {
                break answered?;
            }
        };
        self.tell(&approved, authorization);
        Ok(response)
    }

    fn tell(&self, approved: &ApprovedRequest, authorization: Option<FamilyId>) {
        let ApprovedRequest { client, subject, details, response_type, .. } = approved;
        let authorization = authorization.as_ref().map(|id| id as _);
        events::authorized(&self.core.issuer, client.id(), subject, &details.facts().scope, authorization, response_type);
    }

    /// As the grant says, within what the profile permits.
    fn code_settings(&self) -> Option<CodeSettings> {
        let settings = self.grants.code_settings()?;
        Some(CodeSettings::new(settings.lifetime.min(self.core.manners.longest_code)))
    }

    async fn dispatch(&self, approved: &ApprovedRequest, now: Timestamp, settling: Option<&Settling<'_>>) -> Answered {
        let cx = ApprovalContext::new(self.core, approved, self.code_settings(), now, settling);
        self.responses.answer(approved.response_type, &cx, self.features).await
    }

    /// Decides a request that waits, unless it was decided before.
    async fn settle(&self, mut verdict: Verdict, pending: &Pending) -> Said {
        if let Some(answer) = &pending.answer {
            return self.again(verdict, pending, answer.clone()).await;
        }
        let (answered, spending) = loop {
            // Nothing is decided by what fails here.
            if let Ok(approved) = &mut verdict
                && let Err(error) = self.features.approve(self.core, approved).await
            {
                return Said::Response(Err(error));
            }
            match self.decide(&verdict, pending).await {
                Ok(decided) => break decided,
                Err(_) if verdict.as_mut().is_ok_and(ApprovedRequest::begins_anew) => {}
                Err(error) => return Said::Response(Err(error)),
            }
        };
        match spending {
            Spending::First => {
                self.core.waiting.release(pending.expires_at);
                if let (Ok(approved), Ok((_, authorization))) = (&verdict, &answered) {
                    self.tell(approved, *authorization);
                }
                Said::Response(response(answered))
            }
            Spending::Second(answer) => match Answer::read(&answer) {
                Ok(answer) => self.again(verdict, pending, answer).await,
                Err(error) => Said::Page(error.into()),
            },
            Spending::Gone => Said::Page(ResumeError::NotFound),
            // What it was to descend from has ended meanwhile, and the answer says so.
            Spending::Orphaned | Spending::TooDeep => Said::Response(response(answered)),
        }
    }

    /// What there is to answer, and what came of spending the request by it. An error decides nothing.
    async fn decide(&self, verdict: &Verdict, pending: &Pending) -> Result<(Answered, Spending), OAuthError> {
        let now = self.core.now();
        let answer = match verdict {
            Ok(approved) => Answer::approved(approved, self.code_settings().map(|settings| settings.lifetime), now),
            Err(error) => Answer::refused(error, now),
        };
        let spend = answer.to_spend(pending.key)?;
        let settling = Settling::new(pending, Some(spend.clone()));
        let answered = match verdict {
            Ok(approved) => self.dispatch(approved, now, Some(&settling)).await,
            Err(error) => Err(error.clone()),
        };
        let spending = match (settling.outcome(), &answered) {
            (Some(spending), _) => spending,
            // Nothing was begun although it was approved: nothing was decided.
            (None, Err(error)) if verdict.is_ok() => return Err(error.clone()),
            (None, _) => match (pending.decide)(&self.core.storage, &self.core.issuer, spend, now).await {
                Ok(spending) => spending,
                // A refusal gives nothing away: it does not have to be kept.
                Err(error) if verdict.is_err() => {
                    tracing::warn!(error = &error as &dyn std::error::Error, "a refusal was not kept");
                    Spending::First
                }
                Err(error) => return Err(error.into()),
            },
        };
        Ok((answered, spending))
    }

    /// Gives the first answer again to whoever decides the same. Whoever decides otherwise does not get what was granted to somebody
    /// else, or what they have just taken back.
    async fn again(&self, verdict: Verdict, pending: &Pending, Answer { at, outcome, .. }: Answer) -> Said {
        match (verdict, outcome) {
            (Err(_), Outcome::Refused { error, description }) => Said::Refused { error, description },
            (Ok(mut approved), Outcome::Approved { until, details }) if self.core.now() < until && approved.repeats(&details) => {
                approved.details = details.into_details();
                let settling = Settling::new(pending, None);
                Said::Response(response(self.dispatch(&approved, at, Some(&settling)).await))
            }
            _ => Said::Page(ResumeError::Decided),
        }
    }
}

fn response(answered: Answered) -> Result<AuthorizationResponse, OAuthError> {
    answered.map(|(response, _)| response)
}

impl AuthorizationRequest {
    /// Was it decided before, so that whoever decides the same again gets the same answer?
    #[must_use]
    pub fn is_decided(&self) -> bool {
        self.pending.as_ref().is_some_and(|pending| pending.answer.is_some())
    }
}
