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
    /// A client that is not there is an error.
    UnknownClientFails => "an unknown client is none";
    /// Clients are compared without case.
    ClientsFoldCase => "clients are found byte by byte";
    /// `INSERT OR IGNORE`.
    ClientsStayTheFirst => "clients are replaced whole";
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
    PurgeKeepsSalts => "purging erases salts";
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
    /// The row of a suspended request is made, and then filled.
    SuspendsInTwoSteps => "a dropped suspension";
}
