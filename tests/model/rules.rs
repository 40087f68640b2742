//! What a request must do and be answered with, written from RFC 6749, 7009, 7636, 7662 and 9700 and section 3 of the design. Where
//! a request has several faults, the RFCs do not say which is named: any is accepted.

use super::op::{Again, Apis, At, By, Decided, Moment, Nth, Op, Person, Pkce, Response, Scopes, Secret, SignIn, Thing, Uri, Who};
use super::state::{Access, CODE_LIFETIME, Claims, Code, EXCHANGE, Family, Found, MAX_ANCESTORS, Meanwhile, Refresh, State};

/// What the answer must be. Tokens are named by their number; what is said of them is in the state.
#[derive(Debug, Clone, PartialEq)]
pub enum Expected {
    /// There is no answer.
    Nothing,
    /// JSON with one of these errors.
    Refused(Vec<&'static str>),
    Tokens(Issued),
    /// An error page and no redirect.
    Page,
    /// A redirect with one of these errors.
    RedirectedError(&'static str, Vec<&'static str>),
    Redirected {
        uri: &'static str,
        code: Option<usize>,
        access: Option<usize>,
    },
    Revoked,
    Claims(Option<Claims>),
    TakenBack(bool),
    /// The clients of each sign-in that has ended with this.
    SignedOut(Vec<Vec<Who>>),
    /// Who is told that who has signed out, of which sign-in.
    Told(Vec<(Who, Person, usize)>),
}

#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Issued {
    pub access: usize,
    pub refresh: Option<usize>,
    /// The refresh token was issued before: it is the same again.
    pub again: bool,
}

/// Faults, in any order.
type Faults = Vec<&'static str>;

fn fault_if(faults: &mut Faults, wrong: bool, error: &'static str) {
    if wrong {
        faults.push(error);
    }
}

/// RFC 6749 section 2.3: a confidential client proves who it is; a public one has nothing to prove it with.
fn authenticates(who: Who, secret: Secret) -> bool {
    match secret {
        Secret::Basic | Secret::Post => true,
        Secret::Wrong => false,
        Secret::Missing => !who.is_confidential(),
    }
}

impl By {
    pub fn of(self, owner: Who) -> (Who, Secret) {
        match self {
            Self::Owner(secret) => (owner, secret),
            Self::Client(who, secret) => (who, secret),
        }
    }
}

impl State {
    /// Does what the request asks for, and says how it must be answered.
    pub fn apply(&mut self, op: &Op) -> Expected {
        match *op {
            Op::Authorize { issuer, who, response, pkce, uri, scope, apis, decided, sign_in } => {
                self.authorize(issuer.into(), who, response, pkce, uri, scope, apis, decided, sign_in)
            }
            Op::Redeem { code, at, by, uri, verifier, apis } => self.redeem(code, at, by, uri, verifier, apis),
            Op::Refresh { token, at, by, scope, apis } => self.rotate(token, at, by, scope, apis),
            Op::ClientCredentials { issuer, who, secret, scope } => {
                self.direct(issuer.into(), who, secret, "client_credentials", None, scope, Vec::new())
            }
            Op::Exchange { token, at, by, scope, apis } => self.exchange(token, at, by, scope, apis),
            Op::Password { issuer, who, secret, right, scope } => {
                let faults = if right { Vec::new() } else { vec!["invalid_grant"] };
                self.direct(issuer.into(), who, secret, "password", Some(Person::Alice), scope, faults)
            }
            Op::Revoke { token, at, by, .. } => self.revoke(token, at, by),
            Op::Introspect { token, at, by } => self.introspect(token, at, by),
            Op::TakeBack { authorization, at, by } => self.take_back(authorization, at, by),
            Op::SignOut { issuer, person, session } => self.sign_out(issuer.into(), person, session),
            Op::Deliver { issuer, fails } => self.deliver(issuer.into(), fails),
            Op::Register { issuer, who, refresh } => {
                self.without_refresh.retain(|other| *other != (issuer.into(), who));
                if !refresh {
                    self.without_refresh.push((issuer.into(), who));
                }
                Expected::Nothing
            }
            Op::Wait(seconds) => {
                self.now += seconds;
                Expected::Nothing
            }
            Op::WaitUntil(moment, by) => {
                self.now = self.moment(moment).map_or(self.now, |at| at.saturating_add_signed(by.into()).max(self.now));
                Expected::Nothing
            }
            // What has expired is gone already, whether it was removed or not.
            Op::Purge => Expected::Nothing,
            Op::Together(..) => unreachable!("the two are applied one after the other, in both orders"),
        }
    }

    fn moment(&self, moment: Moment) -> Option<u64> {
        match moment {
            Moment::Expiry(thing) => self.find(thing).map(|found| self.expiry_of(found)),
            Moment::WindowEnd(token) => {
                let found = self.find(Thing::Refresh(token))?;
                self.families[self.family_of(found)].previous.map(|(_, until)| until)
            }
        }
    }

    /// RFC 6749 section 3.3: no more than was registered; all of it if nothing was asked for.
    fn scope(who: Who, asked: Option<Scopes>) -> Result<Scopes, &'static str> {
        let asked = asked.filter(|scope| !scope.is_empty()).unwrap_or(who.scope());
        if asked.within(who.scope()) { Ok(asked) } else { Err("invalid_scope") }
    }

    /// RFC 6749 sections 4.1.1 and 4.2.1, RFC 7636 section 4.4.1, RFC 9700 section 2.1.1.
    #[allow(clippy::too_many_arguments, reason = "the parts of a request")]
    fn authorize(
        &mut self,
        issuer: usize,
        who: Who,
        response: Response,
        pkce: Pkce,
        uri: Uri,
        scope: Option<Scopes>,
        apis: Apis,
        decided: Decided,
        sign_in: SignIn,
    ) -> Expected {
        let target = match uri {
            Uri::First => who.uris().first(),
            Uri::Second => who.uris().get(1),
            // Section 3.1.2.3: only one may be left out.
            Uri::LeftOut => who.uris().first().filter(|_| who.uris().len() == 1),
            Uri::Foreign => None,
        };
        let Some(&target) = target else { return Expected::Page };
        let with_token = response != Response::Code;
        let with_code = response != Response::Token;
        let legacy = self.setups[issuer].is_legacy();
        let mut faults = Vec::new();
        fault_if(&mut faults, with_token && !legacy, "unsupported_response_type");
        fault_if(&mut faults, with_token && who == Who::Once, "unauthorized_client");
        fault_if(&mut faults, with_code && !legacy && pkce != Pkce::S256, "invalid_request");
        let scope = Self::scope(who, scope).inspect_err(|error| faults.push(error)).unwrap_or(Scopes(0));
        let knows_sessions = !legacy;
        let offline = !knows_sessions || (with_code && sign_in.consent && self.has_grant(issuer, who, "refresh_token"));
        let asked = scope;
        let scope = if offline { asked } else { asked.without(Scopes::OFFLINE) };
        fault_if(&mut faults, scope.is_empty() && !asked.is_empty(), "invalid_scope");
        let (person, granted) = match decided {
            Decided::Approve(person) => (person, scope),
            Decided::ApproveOnly(person, only) => (person, scope.and(only)),
            Decided::Deny => (Person::Alice, Scopes(0)),
        };
        if faults.is_empty() && granted.is_empty() {
            faults.push("access_denied");
        }
        if !faults.is_empty() {
            return Expected::RedirectedError(target, faults);
        }
        let named = sign_in.session.filter(|_| knows_sessions);
        let before = self.signed_out_meanwhile == Some(Meanwhile::BeforeItJoined);
        if before && named.is_some_and(|name| self.is_signed_in(issuer, person, name)) {
            return Expected::RedirectedError(target, vec!["login_required"]);
        }
        let session = named.map(|name| self.enter(issuer, person, name, who));
        // What is for later does not end with the sign-in (OpenID Connect Core section 11, Back-Channel Logout section 2.7).
        let parent = session.filter(|_| granted.and(Scopes::OFFLINE).is_empty());
        if self.signed_out_meanwhile == Some(Meanwhile::AfterItJoined) && parent.is_some() {
            return Expected::RedirectedError(target, vec!["login_required"]);
        }
        let family = self.begin(issuer, who, Some(person), parent, granted, apis);
        let code = with_code.then(|| {
            let expires = self.now + CODE_LIFETIME;
            let uri_was_sent = uri != Uri::LeftOut;
            self.codes.push(Code { family, uri: target, uri_was_sent, pkce, expires, redeemed: false });
            self.keep(family, expires);
            self.codes.len() - 1
        });
        let access = with_token.then(|| self.issue_access(family, granted, apis));
        Expected::Redirected { uri: target, code, access }
    }

    pub fn begin(
        &mut self,
        issuer: usize,
        who: Who,
        person: Option<Person>,
        parent: Option<usize>,
        scope: Scopes,
        apis: Apis,
    ) -> usize {
        let (began, revoked, rounds, current, previous) = (self.now, false, Vec::new(), None, None);
        let kept_until = began;
        self.families.push(Family {
            issuer,
            who,
            person,
            parent,
            scope,
            apis,
            began,
            revoked,
            rounds,
            current,
            previous,
            kept_until,
            session: None,
        });
        self.families.len() - 1
    }

    pub fn keep(&mut self, family: usize, until: u64) {
        let lineage: Vec<_> = self.lineage(family).collect();
        for id in lineage {
            let family = &mut self.families[id];
            family.kept_until = family.kept_until.max(until);
        }
    }

    fn issue_access(&mut self, family: usize, scope: Scopes, apis: Apis) -> usize {
        self.issue_access_until(family, scope, apis, u64::MAX)
    }

    fn issue_access_until(&mut self, family: usize, scope: Scopes, apis: Apis, end: u64) -> usize {
        let Family { who, rounds, .. } = &self.families[family];
        let (expires, round) = (end.min(self.now + who.lifetimes().0), rounds.len());
        self.access.push(Access { family, round, scope, apis, issued: self.now, expires, revoked: false });
        self.keep(family, expires);
        self.access.len() - 1
    }

    fn issue_refresh(&mut self, family: usize) -> usize {
        let expires = self.now + self.families[family].who.lifetimes().1;
        self.refresh.push(Refresh { family, issued: self.now, expires });
        self.keep(family, expires);
        let id = self.refresh.len() - 1;
        self.families[family].current = Some(id);
        id
    }

    /// Who asks, if they prove it (RFC 6749 section 5.2: else nothing else matters), and what is wrong with the grant type.
    fn client(&self, issuer: usize, (who, secret): (Who, Secret), grant: &str) -> Result<Faults, Expected> {
        if !authenticates(who, secret) {
            return Err(Expected::Refused(vec!["invalid_client"]));
        }
        let mut faults = Vec::new();
        let offered = self.setups[issuer].is_legacy() || matches!(grant, "authorization_code" | "refresh_token");
        fault_if(&mut faults, !offered, "unsupported_grant_type");
        fault_if(&mut faults, !self.has_grant(issuer, who, grant), "unauthorized_client");
        Ok(faults)
    }

    /// RFC 6749 sections 4.1.2 and 4.1.3, RFC 7636 section 4.6, RFC 9700 section 2.1.1.
    fn redeem(&mut self, n: Nth, at: At, by: By, uri: Again, verifier: Again, apis: Apis) -> Expected {
        let found = self.find(Thing::Code(n));
        let (home, owner) = self.origin(found);
        let (issuer, caller) = (Self::issuer_at(home, at), by.of(owner));
        let mut faults = match self.client(issuer, caller, "authorization_code") {
            Ok(faults) => faults,
            Err(refused) => return refused,
        };
        fault_if(&mut faults, verifier == Again::Malformed, "invalid_request");
        let Some(Found::Code(id)) = found else {
            faults.push("invalid_grant");
            return Expected::Refused(faults);
        };
        let (now, code) = (self.now, self.codes[id].clone());
        let family = &self.families[code.family];
        let uri_is_right = match uri {
            Again::Same => true,
            Again::Other | Again::Malformed => false,
            // OAuth 2.1 does without it.
            Again::LeftOut => !code.uri_was_sent || !self.setups[issuer].is_legacy(),
        };
        let verifier_is_right = match verifier {
            Again::Same => true,
            Again::LeftOut => code.pkce == Pkce::Without,
            Again::Other | Again::Malformed => false,
        };
        // A code that was redeemed is a replay for as long as there is something to revoke.
        let known = issuer == home && caller.0 == owner && (code.redeemed || now < code.expires);
        fault_if(&mut faults, !(known && uri_is_right && verifier_is_right), "invalid_grant");
        // RFC 8707 section 2.2.
        fault_if(&mut faults, !apis.within(family.apis), "invalid_target");
        let is_live = !self.is_revoked(code.family) && !code.redeemed;
        if !faults.is_empty() || !is_live {
            if faults.is_empty() && code.redeemed {
                self.families[code.family].revoked = true;
            }
            fault_if(&mut faults, !is_live, "invalid_grant");
            return Expected::Refused(faults);
        }
        self.codes[id].redeemed = true;
        let (scope, apis) = (family.scope, apis.or(family.apis));
        let access = self.issue_access(code.family, scope, apis);
        let refresh = self.has_grant(issuer, owner, "refresh_token").then(|| self.issue_refresh(code.family));
        Expected::Tokens(Issued { access, refresh, again: false })
    }

    /// RFC 6749 section 6 and RFC 9700 section 4.14.2; section 3 of the design, point 2.
    fn rotate(&mut self, n: Nth, at: At, by: By, scope: Option<Scopes>, apis: Apis) -> Expected {
        let found = self.find(Thing::Refresh(n));
        let (home, owner) = self.origin(found);
        let (issuer, caller) = (Self::issuer_at(home, at), by.of(owner));
        let mut faults = match self.client(issuer, caller, "refresh_token") {
            Ok(faults) => faults,
            Err(refused) => return refused,
        };
        let Some(Found::Refresh(id)) = found else {
            faults.push("invalid_grant");
            return Expected::Refused(faults);
        };
        let (now, token) = (self.now, self.refresh[id].clone());
        let family = &self.families[token.family];
        let good = issuer == home && caller.0 == owner && !self.is_revoked(token.family) && now < token.expires;
        fault_if(&mut faults, !good, "invalid_grant");
        let scope = scope.filter(|scope| !scope.is_empty()).unwrap_or(family.scope);
        fault_if(&mut faults, !scope.within(family.scope), "invalid_scope");
        fault_if(&mut faults, !apis.within(family.apis), "invalid_target");
        let apis = apis.or(family.apis);
        if !faults.is_empty() {
            return Expected::Refused(faults);
        }
        if family.current == Some(id) {
            let window = self.setups[issuer].window();
            let family = &mut self.families[token.family];
            family.rounds.push(apis);
            family.previous = Some((id, now + window));
            let access = self.issue_access(token.family, scope, apis);
            let refresh = self.issue_refresh(token.family);
            return Expected::Tokens(Issued { access, refresh: Some(refresh), again: false });
        }
        if family.previous.is_some_and(|(previous, until)| previous == id && now < until) {
            let refresh = family.current;
            let access = self.issue_access(token.family, scope, apis);
            // The contract keeps it for what the retry proposed, too.
            self.keep(token.family, now + owner.lifetimes().1);
            return Expected::Tokens(Issued { access, refresh, again: true });
        }
        self.families[token.family].revoked = true;
        Expected::Refused(vec!["invalid_grant"])
    }

    /// RFC 8693 sections 2.1 and 2.2, by a policy that permits everything, with a refresh token.
    fn exchange(&mut self, n: Nth, at: At, by: By, scope: Option<Scopes>, apis: Apis) -> Expected {
        let found = self.find(Thing::Access(n));
        let (home, owner) = self.origin(found);
        let (issuer, caller) = (Self::issuer_at(home, at), by.of(owner));
        let mut faults = match self.client(issuer, caller, EXCHANGE) {
            Ok(faults) => faults,
            Err(refused) => return refused,
        };
        let Some(Found::Access(id)) = found else {
            faults.push("invalid_request");
            return Expected::Refused(faults);
        };
        let token = self.access[id].clone();
        let is_good = issuer == home && caller.0 == owner && self.claims(Found::Access(id)).is_some();
        let is_too_deep = self.lineage(token.family).count() > MAX_ANCESTORS;
        fault_if(&mut faults, !is_good || is_too_deep, "invalid_request");
        // Nobody signed in to whoever exchanges a token (OpenID Connect Core section 11).
        let own = token.scope.without(Scopes::OFFLINE);
        let scope = scope.filter(|scope| !scope.is_empty()).unwrap_or(own);
        fault_if(&mut faults, !scope.within(own), "invalid_scope");
        // One that is for nothing in particular may be made to be for something.
        fault_if(&mut faults, token.apis != Apis::NONE && !apis.within(token.apis), "invalid_target");
        if !faults.is_empty() {
            return Expected::Refused(faults);
        }
        let (person, apis) = (self.families[token.family].person, apis.or(token.apis));
        let family = self.begin(issuer, owner, person, Some(token.family), scope, apis);
        let access = self.issue_access_until(family, scope, apis, token.expires);
        let refreshable = person.is_some() && self.has_grant(issuer, owner, "refresh_token");
        let refresh = refreshable.then(|| self.issue_refresh(family));
        Expected::Tokens(Issued { access, refresh, again: false })
    }

    /// The grants without a step before them (RFC 6749 sections 4.3 and 4.4).
    #[allow(clippy::too_many_arguments, reason = "the parts of a request")]
    fn direct(
        &mut self,
        issuer: usize,
        who: Who,
        secret: Secret,
        grant: &'static str,
        person: Option<Person>,
        scope: Option<Scopes>,
        mut faults: Faults,
    ) -> Expected {
        match self.client(issuer, (who, secret), grant) {
            Ok(more) => faults.extend(more),
            Err(refused) => return refused,
        }
        let scope = Self::scope(who, scope).inspect_err(|error| faults.push(error)).unwrap_or(Scopes(0));
        if !faults.is_empty() {
            return Expected::Refused(faults);
        }
        let family = self.begin(issuer, who, person, None, scope, Apis::NONE);
        let access = self.issue_access(family, scope, Apis::NONE);
        // RFC 6749 section 4.4.3: none for the client itself.
        let refreshable = person.is_some() && self.has_grant(issuer, who, "refresh_token");
        let refresh = refreshable.then(|| self.issue_refresh(family));
        Expected::Tokens(Issued { access, refresh, again: false })
    }

    /// RFC 7009 sections 2.1 and 2.2.
    fn revoke(&mut self, thing: Thing, at: At, by: By) -> Expected {
        let found = self.find(thing);
        let (home, owner) = self.origin(found);
        let (issuer, (who, secret)) = (Self::issuer_at(home, at), by.of(owner));
        if !authenticates(who, secret) {
            return Expected::Refused(vec!["invalid_client"]);
        }
        let found = found.filter(|found| issuer == home && !matches!(found, Found::Code(_)) && self.now < self.expiry_of(*found));
        let Some(found) = found else { return Expected::Revoked };
        if who != owner {
            return Expected::Refused(vec!["invalid_grant"]);
        }
        match found {
            Found::Access(id) => self.access[id].revoked = true,
            found => {
                let family = self.family_of(found);
                self.families[family].revoked = true;
            }
        }
        Expected::Revoked
    }

    /// RFC 7662 sections 2.1 and 2.2.
    fn introspect(&mut self, thing: Thing, at: At, by: By) -> Expected {
        let found = self.find(thing);
        let (home, owner) = self.origin(found);
        let (issuer, (who, secret)) = (Self::issuer_at(home, at), by.of(owner));
        if !authenticates(who, secret) || !who.is_confidential() {
            return Expected::Refused(vec!["invalid_client"]);
        }
        let found = found.filter(|_| issuer == home && (who == owner || who == Who::Rs));
        Expected::Claims(found.and_then(|found| self.claims(found)))
    }

    fn take_back(&mut self, n: Nth, at: At, by: Person) -> Expected {
        let Some(id) = self.find_authorization(n) else { return Expected::Nothing };
        let issuer = Self::issuer_at(self.families[id].issuer, at);
        let listed = self.is_listed(id, issuer, by);
        self.families[id].revoked |= listed;
        Expected::TakenBack(listed)
    }
}
