//! The mistakes that the negative controls make, one to a store, each with the rules that find it. The first is the one it was
//! made for.

macro_rules! flaws {
    ($($(#[$text:meta])* $flaw:ident => $($rule:literal),+;)*) => {
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub enum Flaw { $($(#[$text])* $flaw),* }

        /// Every flaw, with the rules that it violates.
        pub const FLAWS: &[(Flaw, &[&str])] = &[$((Flaw::$flaw, &[$($rule),+])),*];
    };
}

flaws! {
    /// A subject loses the blanks at its ends.
    SubjectsTrimmed => "every field comes back";
    /// Only what this release knows of details is kept.
    UnknownDetailsDropped => "details are kept verbatim";
    /// A token gets the details of its family.
    DetailsOfTheFamily => "details are kept verbatim";
    /// The text of a suspended request loses the blanks at its ends.
    RequestsTrimmed => "pending requests are kept verbatim";
    /// Whoever looks a request up gets it, and nobody after.
    LookUpTakes => "looking a pending request up changes nothing";
    /// Looking a code up is taken for using it.
    LookUpRedeems => "looking up changes nothing";
    /// A code is good for a second longer.
    CodesLiveLonger => "codes expire at the exact second";
    /// A token is good for a second longer.
    TokensLiveLonger => "tokens expire at the exact second";
    /// A token is not found in its last second.
    TokensDieEarly => "tokens expire at the exact second";
    /// A suspended request does not expire.
    RequestsDoNotExpire => "pending requests expire at the exact second";
    /// The time is that of the database.
    ClockOfTheDatabase => "time is handed in";
    /// A moment is cast to a signed number.
    MomentsWrap => "moments beyond all time do not wrap";
    /// Hashes are cut to 16 bytes.
    HashesTruncated => "keys are whole";
    /// The issuer is no part of any key.
    IssuerIgnored => "issuers are kept apart";
    /// A family is revoked by its identifier alone.
    IssuerIgnoredInRevocation => "issuers are kept apart";
    /// An insertion is an upsert.
    CollisionOverwrites => "a collision is an error";
    /// What was inserted before the collision was noticed stays.
    CollisionLeavesRows => "a collision is an error";
    /// Nobody looks whose rows they are.
    RowsOfAnybody => "rows belong to their family";
    /// Of a client its text is kept, and no end.
    EndsForgotten => "an end comes back with its client";
    /// Nobody counts the clients that register themselves.
    RegistrationsPileUp => "a client is added while there is room";
    /// Clients of the operator, and those whose end has come, count too.
    EveryClientCounts => "a client is added while there is room";
    /// An addition is an upsert.
    AddedInPlace => "a client is added in place of none";
    /// What a client was seen as does not matter.
    ReplacesWhateverIsThere => "a client is replaced as it was seen", "of many who replace a client one does";
    /// A replacement is an upsert: who was removed comes back.
    ReplacementBringsBack => "a client is replaced as it was seen", "of many who replace a client one does";
    /// The end that the new one says counts, although the client was used meanwhile.
    ReplacementEndsEarlier => "a client that is replaced keeps a later end";
    /// The last use counts, and not the latest end.
    UseEndsEarlier => "a client that is used ends later";
    /// Whoever is used gets an end.
    UseGivesAnEnd => "a client that is used ends later";
    /// Clients stay for ever.
    PurgeForgetsClients => "purging removes clients whose end has come";
    /// Is it still what was seen? Then somebody else comes. Then it is replaced.
    ReplacesCheckThenAct => "of many who replace a client one does";
    /// The client is deleted and inserted anew.
    ReplacesInTwoSteps => "a dropped replacement", "of many who replace a client one does";
    /// A client that is not there is an error.
    UnknownClientFails => "an unknown client is none";
    /// Clients are compared without case.
    ClientsFoldCase => "clients are found byte by byte";
    /// `INSERT OR IGNORE`.
    ClientsStayTheFirst => "clients are replaced whole";
    /// Clients to be removed are compared without case.
    RemovalFoldsCase => "a client that was removed is none";
    /// `must change one row`, where none may be there.
    RemovalOfNothingFails => "a client that was removed is none";
    /// The last client of a page is the first of the next.
    PagesOverlap => "clients are listed by their identifiers";
    /// Clients come in the order in which they were registered.
    ClientsAsTheyCame => "clients are listed by their identifiers";
    /// The order is that of a language.
    ClientsOrderedWithoutCase => "clients are listed by their identifiers";
    /// The page is in the order in which they began, and goes on after the last of it.
    PagesAsTheyBegan => "authorizations are listed page by page";
    /// The last authorization of a page is the first of the next.
    PagesOfAuthorizationsOverlap => "authorizations are listed page by page";
    /// What was revoked with an ancestor is listed.
    PagesOfOrphans => "authorizations are listed page by page";
    /// A page that is not full is taken for the last one.
    PagesEndEarly => "authorizations are listed page by page";
    /// Clients are compared without case.
    PagesFoldCase => "authorizations are listed page by page";
    /// Whoever is called alike loses everything as well.
    HoldersFoldCase => "everything of a client or a subject ends";
    /// Whoever is called the same elsewhere loses everything as well.
    HoldersOfEveryIssuer => "everything of a client or a subject ends";
    /// What is dead already is counted.
    CountsTheDead => "everything of a client or a subject ends";
    /// The first portion is taken for all.
    RevokesOnePage => "everything of a client or a subject ends";
    /// What a client has waiting is decided for whoever has its identifier next.
    RequestsOutliveTheirClient => "what a client has waiting goes with it";
    /// Revoking deletes the family: its tombstone is lost.
    RevocationDeletes => "revoking ends a family and nothing else";
    /// Revoking ends whatever the client has.
    RevocationOfTheClient => "revoking ends a family and nothing else";
    /// `must change one row`, where none may be there.
    RevocationOfNothingFails => "revoking twice is no error";
    /// The last moment told counts, not the latest.
    FamiliesKeptUntilTheLastWord => "a family is remembered until the latest moment it was told";
    /// Subjects are compared without case, as some collations do.
    SubjectsFoldCase => "authorizations are those of the subject that live";
    /// The oldest authorization comes first.
    OldestFirst => "authorizations are those of the subject that live";
    /// A family that was revoked is not there any more.
    RevokedFamiliesAreGone => "looking a family up changes nothing";
    /// Nobody looks at what a family descends from.
    AncestorsForgotten => "the revocation of an ancestor counts", "a replay in an ancestor counts";
    /// The parent is looked at, and not what that one descends from.
    OnlyTheParentCounts => "the revocation of an ancestor counts";
    /// A replay ends the family in which it is noticed, and nothing below.
    ReplayEndsAlone => "a replay in an ancestor counts";
    /// Nobody looks whether the parent is there.
    OrphansBegin => "a family begins under one that lives";
    /// A chain may be as long as its client likes.
    NoEndOfDescendants => "a family has so many ancestors and no more";
    /// The answer to a request is kept, and then the family cannot begin.
    OrphansDecide => "a family that is orphaned decides nothing";
    /// Each family is kept for as long as it says itself.
    AncestorsNotKept => "an ancestor is remembered as long as what descends from it", "a purge keeps what a living family descends from";
    /// What has nothing left in it goes, though something descends from it.
    PurgeTakesAncestors => "a purge keeps what a living family descends from";
    /// Whoever revokes marks all that descends, and misses what is just beginning.
    RevocationWalksDown => "the revocation of an ancestor reaches what is being issued";
    /// The family is kept, and then its ancestors.
    AncestorsKeptAfter => "a purge is not in the way of what descends", "a dropped beginning";
    /// The refresh token that was issued for a code is forgotten.
    RedemptionForgetsRefreshToken => "redeeming stores what was issued";
    /// A replay is noticed and nothing is revoked.
    ReplayOfACodeForgiven => "a second redemption revokes the family";
    /// A redeemed code that has expired is no longer taken for a replay.
    ExpiredReplayOfACodeForgiven => "a second redemption revokes the family";
    /// A code is marked before anybody looks whether it is good.
    DeadCodesBurn => "a dead code is dead and nothing changes";
    /// An access token takes its family with it.
    AccessTokenTakesItsFamily => "an access token is revoked alone";
    /// A replay in a revoked family is called a replay.
    DeadFamiliesReplay => "a dead refresh token is dead and nothing changes";
    /// The generation stays, so old tokens stay good.
    GenerationStays => "rotating moves the generation on";
    /// What outlives a rotation is not kept.
    NothingOutlives => "rotating keeps what outlives it";
    /// What outlived an earlier rotation stays where the next one says nothing.
    OutlivesForEver => "rotating keeps what outlives it";
    /// Generations are kept in a byte.
    GenerationsInAByte => "rotating moves the generation on";
    /// A code is forgotten to be one that was redeemed once its family was rotated three times: nobody thought of that.
    OldReplayForgiven => "whatever came before";
    /// A retry stores the refresh token that it proposes: two successors.
    TwoSuccessors => "a retry gets the salt that was kept";
    /// A retry opens the window anew.
    RetryOpensTheWindow => "a retry gets the salt that was kept";
    /// A salt is kept where retries are off.
    SaltKeptWithoutWindow => "without a retry window no salt is kept";
    /// The generation moves on, although the token is to stay.
    RenewalRotates => "a refresh token that stays renews access tokens";
    /// A replay of a refresh token is noticed and nothing is revoked.
    ReplayForgiven => "a replay revokes the family";
    /// A suspended request is read and not removed.
    RequestsStay => "a pending request is taken once";
    /// `UPDATE` without looking whether there is an answer.
    LastAnswerCounts => "a pending request is decided once", "of many who decide a pending request one decides";
    /// The text of an answer loses the blanks at its ends.
    AnswersTrimmed => "an answer is kept verbatim";
    /// A family begins whether the request that it answers is there or not.
    FamiliesAnswerNothing => "a family that answers a request begins with the answer";
    /// A family begins, and its request goes on waiting.
    FamiliesForgetTheAnswer => "a family that answers a request begins with the answer";
    /// The oldest request of an owner gives way, which is the one that its person is busy with.
    OldestGivesWay => "of what an owner has waiting the middle gives way";
    /// Nobody counts what an owner has waiting.
    RequestsPileUp => "of what an owner has waiting the middle gives way";
    /// Refresh tokens are never purged.
    PurgeForgetsRefreshTokens => "purging removes what expired, of all issuers";
    /// A purge counts the salts too.
    PurgeCountsSalts => "purging removes what expired, of all issuers";
    /// Suspended requests are never purged.
    PurgeForgetsRequests => "purging removes expired pending requests";
    /// Redeemed codes go when they expire: a replay after that is not recognised.
    PurgeForgetsReplays => "purging keeps redeemed codes";
    /// Rotated refresh tokens and revoked families go at once.
    PurgeTakesTheDead => "purging keeps rotated refresh tokens and revoked families";
    /// Salts stay.
    PurgeKeepsSalts => "purging erases salts a minute after their window";
    /// Salts go as soon as their window has closed by the clock of whoever purges.
    PurgeErasesSaltsAtOnce => "purging erases salts a minute after their window";
    /// Everything goes a second early.
    PurgeIsEarly => "purging changes no answer";
    /// Is it redeemed? Then somebody else comes. Then it is marked.
    RedeemChecksThenActs => "of many redemptions one redeems";
    /// Is it the current generation? Then somebody else comes. Then that is moved on.
    RotateChecksThenActs => "of many rotations one rotates";
    /// A retry writes the family back as it was read: the successor that was used meanwhile is good again.
    RetryWritesBack => "a retry and the use of the successor";
    /// The tokens that are there are revoked, and not those that are just being issued.
    RevocationMissesTheNew => "revocation reaches what is being issued";
    /// The code is marked, and then the tokens are stored.
    RedeemsInTwoSteps => "a step is seen whole", "a dropped redemption";
    /// The generation is moved on, and then the tokens are stored.
    RotatesInTwoSteps => "a step is seen whole", "a dropped rotation";
    /// The family is stored, and then its rows.
    BeginsInTwoSteps => "a step is seen whole", "a dropped beginning";
    /// Is the key free? Then somebody else comes. Then it is used.
    InsertsCheckThenAct => "of many who use one key one does";
    /// A suspended request is read, and then removed.
    TakesInTwoSteps => "of many who take a pending request one gets it";
    /// Does it wait? Then somebody else comes. Then it is answered.
    DecidesInTwoSteps => "of many who decide a pending request one decides";
    /// The family begins, and then its answer is kept.
    AnswersAfterTheFamily => "a dropped decision", "of many who decide a pending request one decides";
    /// The request is removed, and inserted anew with its answer.
    DecisionErasesFirst => "a dropped decision", "of many who decide a pending request one decides";
    /// The family is read, changed, and written back whole, to revoke one token.
    AccessRevocationWritesBack => "an access token is revoked beside others";
    /// The token's row is deleted and inserted anew.
    AccessRevocationReplaces => "a dropped revocation of an access token", "an access token is revoked beside others";
    /// The client is deleted and inserted anew.
    ClientsReplacedInTwoSteps => "clients are replaced in one step", "a dropped registration";
    /// What has expired is chosen; then it changes; then it goes all the same.
    PurgeChoosesThenDeletes => "a purge is in nobody's way";
    /// Tokens are revoked one by one.
    RevokesRowByRow => "a dropped revocation", "a step is seen whole";
    /// Whoever comes second is told of a failure.
    SecondRedemptionFails => "a second redemption revokes the family", "of many redemptions one redeems";
    /// A row that is not there is unwrapped.
    LookUpPanics => "tokens expire at the exact second", "issuers are kept apart";
    /// A rotation that is dropped keeps what it had reserved.
    DroppedRotationLeaks => "a dropped rotation";
    /// Whoever looks a request up by its alias is the last one.
    LookUpTakesAlias => "a deferred request has a second key";
    /// An alias is found at every issuer.
    AliasesOfEveryIssuer => "a deferred request has a second key";
    /// The last one who has an alias counts.
    AliasesOverwrite => "an alias leads to one request at a time";
    /// What was decided makes room for another request under its alias.
    DecidedAliasesAreFree => "an alias leads to one request at a time";
    /// An alias is used once in all time.
    ExpiredAliasesStay => "an alias leads to one request at a time";
    /// Nobody counts the requests of devices.
    DeferredPileUp => "deferred requests give way as others do";
    /// Nobody looks whose the request is.
    AnybodyPolls => "a poll is its client's";
    /// A decision is told when the client comes in time, and changes how long it waits.
    DecisionsWait => "a poll is told what was decided";
    /// A poll does not say what was decided.
    PollsSayNothing => "a poll is told what was decided", "what was approved is redeemed under the hash of its request";
    /// Polls come as they like.
    NeverTooSoon => "a poll that comes too soon is told so";
    /// Who comes too soon is told so, and nothing comes of it.
    SlowsDownForNobody => "who polls too soon waits longer from then on";
    /// Five seconds more each time, however often: who missed an answer is never in time again.
    SlowsDownForEver => "who polls too soon waits longer from then on";
    /// Is the alias free? Then somebody else comes. Then it is taken.
    AliasChecksThenActs => "of many who want one alias one gets it";
    /// When was the last poll? Then somebody else comes. Then it is noted.
    PollChecksThenActs => "of many polls at once one is in time";
    /// The request is kept, and then its alias.
    DefersInTwoSteps => "a dropped deferral", "of many who want one alias one gets it";
    /// A second use is noticed, and remembered for as long as it says.
    SecondUseProlongs => "a key comes first once";
    /// A key is remembered for a second longer.
    KeysLiveLonger => "a key is remembered until the exact second";
    /// What has expired is taken, once.
    ExpiredKeysComeFirst => "a key that has expired comes too late";
    /// Keys are remembered for as long as anybody likes.
    RemembersForEver => "a key is remembered for a day at most";
    /// What is of no use by the clock that purges goes at once, and may be of use by another.
    KeysPurgedAtOnce => "purging keeps keys for a minute more";
    /// Was it used? Then somebody else comes. Then it is remembered.
    FirstTimeChecksThenActs => "of many who come with one key one is the first";
    /// A key is reserved, and then it is told until when.
    FirstTimeInTwoSteps => "a dropped first time";
    /// Algorithms are compared without case.
    AlgorithmsFoldCase => "a key is announced once";
    /// Two keys may have one name.
    KidsTwice => "a kid is used once";
    /// A public key loses the blanks at its ends.
    PublicKeysTrimmed => "signing keys come back as they were announced";
    /// Keys come in the order in which they were announced.
    KeysAsTheyCame => "signing keys are ordered";
    /// A key is published for a second longer.
    SigningKeysLiveLonger => "a signing key is forgotten at the exact second";
    /// What does not sign any more is not there any more.
    ForgottenWhenTheySignNoMore => "a signing key is forgotten at the exact second";
    /// A key that is withdrawn is deleted, and its generation free.
    WithdrawalDeletes => "a key that is withdrawn is erased";
    /// What is sealed stays.
    WithdrawnKeysStaySealed => "a key that is withdrawn is erased";
    /// Whoever withdraws a key again moves the moment.
    WithdrawnAgain => "a key that is withdrawn is erased";
    /// Signing keys are never purged.
    PurgeForgetsSigningKeys => "purging removes signing keys that nobody needs";
    /// Is there one? Then somebody else comes. Then it is announced.
    AnnounceChecksThenActs => "of many who announce a key one does";
    /// The row of a key is made, and then filled.
    AnnouncesInTwoSteps => "a dropped announcement", "of many who announce a key one does";
    /// The rows of each portion are told, and not how many there were so far.
    ProgressOfPortions => "purging says how far it is";
    /// Nothing is told.
    NoProgress => "purging says how far it is";
    /// A client that comes again is listed again.
    ClientsJoinTwice => "a session is opened once and joined after that";
    /// Subjects are compared without case.
    SessionsOfNamesakes => "sessions come back as they were opened";
    /// Nobody looks at the family of a session.
    SessionsOutliveTheirFamilies => "a session lives as long as its family";
    /// Who joins a session does not prolong it.
    SessionsKeptAsAtFirst => "a session lives as long as its family";
    /// A session that has ended may end again.
    EndedSessionsStay => "purging removes sessions with their families, and old notices";
    /// The session is removed, and its family lives on.
    EndIsForgotten => "a session ends once", "what descends from a session ends with it";
    /// Only whoever opened the session is told of its end.
    TellsTheFirst => "each client of a session is to be told";
    /// A notice is read, and everybody else reads it too.
    NoticesStayDue => "a notice is taken until it is done";
    /// Nobody counts how often a client was told in vain.
    AttemptsAreNotCounted => "a notice is taken until it is done";
    /// One client that was told stands for all.
    SettlesForAllClients => "a notice is settled";
    /// Notices are never purged.
    PurgeForgetsNotices => "purging removes sessions with their families, and old notices";
    /// Is there one? Then somebody else comes. Then it is opened.
    OpensChecksThenActs => "of many who open a session one does";
    /// The family begins, and then there is its session.
    OpensInTwoSteps => "a dropped end of a session", "of many who open a session one does";
    /// Does it live? Then somebody else comes. Then it ends.
    EndsChecksThenActs => "of many who end a session one does";
    /// The session ends, and then there is who is to be told.
    TellsAfterwards => "a dropped end of a session";
    /// What is due is read; then somebody else comes; then it is taken.
    ClaimsChecksThenActs => "of many who take a notice one gets it";
    /// The row of a suspended request is made, and then filled.
    SuspendsInTwoSteps => "a dropped suspension";
}
