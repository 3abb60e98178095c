use super::*;
use crate::domain::Pass;
use crate::store::StoreError;

pub(super) fn refusal(world: &World, claim: &Claim<'_>) -> Option<Error> {
    attempt(world, claim, true)
}

fn attempt(world: &World, claim: &Claim<'_>, may_block: bool) -> Option<Error> {
    let called = world.service.begin(Door::WebService, Action::FindByUln, may_block, &Pass::default(), |call| {
        world.service.organisations().authenticate(call, claim).map(drop)
    });
    called.settle_blocking().unwrap().err()
}

#[test]
fn an_organisation_is_known_by_either_number() {
    each_world(|world| {
        for (ukprn, org_ref) in [
            (Some(PROVIDER), None),
            (Some("test0038"), Some("")),
            (None, Some("TEST38")),
            (Some(""), Some("test38")),
            (Some(PROVIDER), Some(PROVIDER)),
            (None, Some(PROVIDER)),
            (Some(PROVIDER), Some("TEST45")),
        ] {
            let claim = Claim { ukprn, org_ref, ..world.claim() };
            world.call_by(Door::WebService, &claim, Action::FindByUln, |caller| {
                assert_eq!(caller.organisation().unwrap().name, "Synthetic College");
            });
        }
    });
}

#[test]
fn whoever_is_not_registered_is_unknown() {
    each_world(|world| {
        let stranger = peer("stranger");
        for claim in [
            Claim { peer: None, ..world.claim() },
            Claim { peer: Some(&stranger), ..world.claim() },
            Claim { ukprn: Some("TEST0009"), ..world.claim() },
            Claim { ukprn: Some("nonsense"), ..world.claim() },
            Claim { ukprn: None, ..world.claim() },
        ] {
            assert!(matches!(refusal(world, &claim), Some(Error::UnknownOrganisation)));
        }
        let wrong = Claim { password: "synthetic-passwe", ..world.claim() };
        assert!(matches!(refusal(world, &wrong), Some(Error::IncorrectPassword)));
        assert!(refusal(world, &world.claim()).is_none());
        assert!(matches!(refusal(world, &wrong), Some(Error::IncorrectPassword)));
    });
}

#[test]
fn an_expired_certificate_is_refused() {
    each_world(|world| {
        world.clock.advance(TimeDelta::days(366));
        assert!(matches!(refusal(world, &world.claim()), Some(Error::UnknownOrganisation)));
    });
}

#[test]
fn a_revocation_elsewhere_is_noticed_when_the_memory_is_too_old() {
    each_world(|world| {
        assert!(refusal(world, &world.claim()).is_none());
        let other = world.another_node(RuleSettings::default());
        let second = peer("renewed");
        let claim = Claim { peer: Some(&second), ..world.claim() };
        assert!(matches!(refusal(world, &claim), Some(Error::UnknownOrganisation)));

        let operator = other.administration("operator");
        assert!(operator.register_certificate(PROVIDER.parse().unwrap(), &second).unwrap());
        assert!(!operator.register_certificate(PROVIDER.parse().unwrap(), &second).unwrap());
        operator.revoke_certificate(world.peer.fingerprint).unwrap();
        world.clock.advance(TimeDelta::milliseconds(301));
        assert!(matches!(refusal(world, &world.claim()), Some(Error::UnknownOrganisation)));
        assert!(refusal(world, &claim).is_none());

        assert!(matches!(
            operator.register_certificate(PROVIDER.parse().unwrap(), &world.peer),
            Err(AdministrationError::RevokedCertificate(_))
        ));
        assert!(matches!(
            operator.revoke_certificate(world.peer.fingerprint),
            Err(AdministrationError::UnknownCertificate(_))
        ));
    });
}

#[test]
fn an_inactive_organisation_is_unknown() {
    each_world(|world| {
        assert!(refusal(world, &world.claim()).is_none());
        world.administration().set_active(PROVIDER.parse().unwrap(), false).unwrap();
        assert!(matches!(refusal(world, &world.claim()), Some(Error::UnknownOrganisation)));
    });
}

#[test]
fn a_certificate_may_call_while_it_acts_for_an_active_organisation() {
    each_world(|world| {
        let provider = || PROVIDER.parse().unwrap();
        let newcomer = peer("newcomer");
        let may_call = |peer| world.service.organisations().may_call(peer, true).unwrap();
        assert!(may_call(&world.peer) && !may_call(&newcomer));

        let other = world.another_node(RuleSettings::default());
        assert!(other.administration("operator").register_certificate(provider(), &newcomer).unwrap());
        world.clock.advance(TimeDelta::milliseconds(101));
        assert!(matches!(world.service.organisations().may_call(&newcomer, false), Err(Error::MustBlock)));
        assert!(may_call(&newcomer));
        assert!(matches!(world.service.organisations().may_call(&newcomer, false), Ok(true)));

        world.administration().set_active(provider(), false).unwrap();
        assert!(matches!(refusal(world, &world.claim()), Some(Error::UnknownOrganisation)));
        assert!(!may_call(&newcomer), "its only organisation is not active");
        world.administration().set_active(provider(), true).unwrap();
        world.clock.advance(TimeDelta::days(366));
        assert!(!may_call(&newcomer), "it has expired");
    });
}

#[test]
fn a_call_that_may_not_block_asks_to_be_run_again() {
    each_world(|world| {
        let attempt = |may_block| attempt(world, &world.claim(), may_block);
        world.clock.advance(TimeDelta::seconds(2));
        assert!(matches!(attempt(false), Some(Error::MustBlock)));
        assert!(attempt(true).is_none());
        assert!(attempt(false).is_none());
        world.clock.advance(TimeDelta::hours(24));
        assert!(attempt(false).is_none());
        world.clock.advance(TimeDelta::seconds(2));
        assert!(matches!(attempt(false), Some(Error::MustBlock)), "a verified password is forgotten in time");

        assert!(attempt(true).is_none());
        let claim = world.claim();
        let called = world.service.begin(Door::WebService, Action::RegisterLearner, false, &Pass::default(), |call| {
            let caller = world.service.organisations().authenticate(call, &claim).unwrap();
            world.service.learners().register(&caller, &ada().into())
        });
        assert!(matches!(called.settle_blocking().unwrap(), Err(Error::MustBlock)));
    });
}

#[test]
fn a_changed_password_counts_at_once() {
    each_world(|world| {
        assert!(refusal(world, &world.claim()).is_none());
        let ukprn = PROVIDER.parse().unwrap();
        assert!(matches!(world.administration().set_password(ukprn, "short"), Err(AdministrationError::PasswordForm)));
        world.administration().set_password(ukprn, "another-password").unwrap();
        assert!(matches!(refusal(world, &world.claim()), Some(Error::IncorrectPassword)));
        assert!(refusal(world, &Claim { password: "another-password", ..world.claim() }).is_none());
    });
}

#[test]
fn rights_are_checked_by_every_operation() {
    each_world(|world| {
        let uln = world.registered(&ada()).to_string();
        let service = &world.service;
        world.call_as(AWARDING, Action::VerifyLearner, |caller| {
            let denied = |outcome: Result<(), Error>| assert!(matches!(outcome, Err(Error::InsufficientAccess)));
            let find = FindByUln { uln: uln.parse().ok(), family_name: "x", given_name: "x" };
            denied(service.learners().find(caller, &find).map(drop));
            denied(service.learners().search(caller, &ada()).map(drop));
            denied(service.learners().register(caller, &ada().into()).map(drop));
            denied(service.learners().update(caller, &LearnerChange::default()).map(drop));
            denied(service.learners().update_subset(caller, &LearnerChange::default()).map(drop));
            denied(service.learners().retrieve(caller, &[&uln]).map(drop));
            denied(service.records().events(caller, &records::question(&uln)).map(drop));
            denied(
                service
                    .audit()
                    .view(caller, &AuditQuery { uln: &uln, given_name: "x", family_name: "x", page: 1 })
                    .map(drop),
            );
            let verify = VerifyQuery { uln: uln.parse().ok(), claimed: Claimed::names("x", "x") };
            assert!(service.learners().verify(caller, &verify).is_ok());
            assert!(service.organisations().find(caller, PROVIDER, "").unwrap().is_some());
        });
        world.administration().set_permissions(AWARDING.parse().unwrap(), Permissions::NONE).unwrap();
        world.call_as(AWARDING, Action::ViewOrganisation, |caller| {
            assert!(matches!(service.organisations().find(caller, PROVIDER, ""), Err(Error::InsufficientAccess)));
        });
    });
}

#[test]
fn organisations_are_found_by_either_number() {
    each_world(|world| {
        world.call(Action::ViewOrganisation, |caller| {
            let of = |ukprn, org_ref| world.service.organisations().find(caller, ukprn, org_ref).unwrap();
            let awards = of("", "TEST45").unwrap();
            assert_eq!((awards.name.as_str(), awards.active), ("Synthetic Awards", true));
            assert_eq!(of(AWARDING, ""), Some(awards));
            assert_eq!(of("", ""), None);
            assert_eq!(of("TEST0009", "TEST45"), None);
        });
    });
}

#[test]
fn every_wrong_password_has_its_line_of_the_audit() {
    use diesel::prelude::*;
    diesel::table! { audit (id) { id -> BigInt, outcome -> Text, certificate -> Nullable<Text>, } }
    each_world(|world| {
        for _ in 0..3 {
            let claim = Claim { password: "synthetic-wrong!", ..world.claim() };
            assert!(matches!(refusal(world, &claim), Some(Error::IncorrectPassword)));
        }
        assert!(refusal(world, &world.claim()).is_none());
        world.stored.store.flush_trail().unwrap();
        let lines: Vec<Option<String>> = world
            .stored
            .store
            .read(|c| Ok(audit::table.filter(audit::outcome.eq("WSEC0005")).select(audit::certificate).load(c)?))
            .unwrap();
        assert_eq!(lines, vec![Some(world.peer.fingerprint.to_string()); 3]);
    });
}

#[test]
fn those_who_guess_are_slowed_and_the_right_certificate_is_not() {
    let settings = RuleSettings { password_memory: std::time::Duration::from_secs(15 * 60), ..RuleSettings::default() };
    each_world_with(settings, |world| {
        let guesser = peer("guesser");
        world.administration().register_certificate(PROVIDER.parse().unwrap(), &guesser).unwrap();
        let guess = Claim { peer: Some(&guesser), password: "synthetic-wrong!", ..world.claim() };
        let wait = |claim: &Claim<'_>| match refusal(world, claim) {
            Some(Error::IncorrectPassword) => None,
            Some(Error::Busy(busy)) => Some(busy.retry_after.as_secs()),
            other => panic!("{other:?}"),
        };
        for _ in 0..20 {
            assert_eq!(wait(&Claim { password: "", ..guess }), None, "no guess");
            assert_eq!(wait(&guess), None);
        }
        for delay in [1, 2, 4, 8, 16, 32, 60, 60] {
            assert_eq!(wait(&guess), Some(delay));
            assert_eq!(
                wait(&Claim { password: PASSWORD, ..guess }),
                Some(delay),
                "the right one is not even looked at"
            );
            world.clock.advance(TimeDelta::seconds(delay.cast_signed()));
            assert_eq!(wait(&guess), None, "one after each delay");
        }

        assert!(refusal(world, &world.claim()).is_none(), "nobody has given the right password before");
        assert!(refusal(world, &Claim { password: PASSWORD, ..guess }).is_none(), "and now it is remembered");
        assert_eq!(wait(&guess), Some(60));
        assert_eq!(world.service.status().guesses().wrong_passwords, 28);
        world.clock.advance(TimeDelta::minutes(11));
        assert_eq!((wait(&guess), wait(&guess)), (None, None), "forgiven after a while");

        for _ in 0..30 {
            assert_eq!(wait(&guess), None);
            world.clock.advance(TimeDelta::seconds(60));
        }
        assert_eq!(wait(&guess), None);
        assert_eq!(wait(&guess), Some(60), "still slowed when the right one is remembered no more");
        let right = Claim { password: PASSWORD, ..guess };
        assert!(refusal(world, &right).is_none(), "a password that was right before is no guess");
    });
}

#[test]
fn out_of_hours() {
    let at = |hour| chrono::NaiveTime::from_hms_opt(hour, 0, 0).unwrap();
    // It is noon in UTC, and one o'clock in London.
    let settings =
        RuleSettings { hours: Some(OpeningHours { from: at(13), until: at(14) }), ..RuleSettings::default() };
    each_world_with(settings, |world| {
        let by = |door| world.service.call(door, Action::SignIn, |_| Ok::<_, Error>(()));
        assert!(by(Door::WebService).is_ok());
        world.clock.advance(TimeDelta::hours(1));
        assert!(matches!(by(Door::WebService), Err(Error::OutOfHours)));
        assert!(matches!(by(Door::Portal), Err(Error::OutOfHours)));
        assert!(by(Door::CommandLine).is_ok(), "operators always come in");
    });
}

#[test]
fn maintenance() {
    each_world(|world| {
        let by = |door| world.service.call(door, Action::SignIn, |_| Ok::<_, Error>(()));
        world.service.status().maintenance().store(true, std::sync::atomic::Ordering::Relaxed);
        assert!(matches!(by(Door::WebService), Err(Error::Maintenance)));
        assert!(by(Door::CommandLine).is_ok());
        world.service.status().maintenance().store(false, std::sync::atomic::Ordering::Relaxed);
        assert!(by(Door::WebService).is_ok());
    });
}

#[test]
fn a_refusal_leaves_a_line_of_the_trail() {
    each_world(|world| {
        let stranger = peer("stranger");
        let unknown = Claim { peer: Some(&stranger), user_name: "A. Stranger", ..world.claim() };
        for _ in 0..5 {
            assert!(matches!(refusal(world, &unknown), Some(Error::UnknownOrganisation)));
        }
        assert!(!world.service.organisations().may_call(&peer("nobody's"), true).unwrap());
        let uln = world.registered(&ada());
        world.call_as(AWARDING, Action::FindByUln, |caller| {
            let query = FindByUln { uln: Some(uln), family_name: "x", given_name: "x" };
            assert!(matches!(world.service.learners().find(caller, &query), Err(Error::InsufficientAccess)));
        });
        let lines = |code: &str| {
            use diesel::prelude::*;
            diesel::table! { audit (id) {
                id -> BigInt, action -> Text, organisation_ref -> Text, user_name -> Text, outcome -> Text,
            } }
            world.stored.store.flush_trail().unwrap();
            let select = (audit::action, audit::organisation_ref, audit::user_name);
            let read = |store: &mut crate::store::AnyConnection| {
                Ok(audit::table.filter(audit::outcome.eq(code)).order(audit::id).select(select).load(store)?)
            };
            let lines: Vec<(String, String, String)> = world.stored.store.read(read).unwrap();
            lines
        };
        let line = |action: &str, organisation: &str, user: &str| {
            (action.to_owned(), organisation.to_owned(), user.to_owned())
        };
        assert_eq!(
            lines("WSEC0003"),
            [line("find-by-uln", PROVIDER, "A. Stranger"), line("sign-in", "", "")],
            "one a minute of each certificate"
        );
        assert_eq!(lines("WSEC0006"), [line("find-by-uln", AWARDING, "A. Tester")]);
    });
}

#[test]
fn a_user_may_do_what_the_organisation_and_the_roles_may() {
    let may = |world: &World, ukprn: &str, roles: &[Role]| -> Permissions {
        let account = Account { id: 7, name: "A. User" };
        let called = world.service.call(Door::Portal, Action::SignIn, |call| {
            let roles = roles.iter().copied().collect();
            let caller = world.service.organisations().signed_in(call, ukprn.parse().unwrap(), account, roles)?;
            Ok::<_, Error>(Permission::ALL.iter().copied().filter(|each| caller.may(*each)).collect())
        });
        called.unwrap()
    };
    each_world(|world| {
        let table = [
            (
                Role::SuperUser,
                "find-learner,register-learner,update-learner,verify-learner,retrieve-ulns,view-record,view-audit,view-organisation,submit-batches",
                "verify-learner,view-organisation,submit-batches",
            ),
            (
                Role::Online,
                "find-learner,register-learner,update-learner,verify-learner,retrieve-ulns,view-record,view-audit,view-organisation",
                "verify-learner,view-organisation",
            ),
            (
                Role::Batch,
                "find-learner,verify-learner,retrieve-ulns,view-organisation,submit-batches",
                "verify-learner,view-organisation,submit-batches",
            ),
            (
                Role::ViewOnly,
                "find-learner,verify-learner,view-record,view-audit,view-organisation",
                "verify-learner,view-organisation",
            ),
            (
                Role::AwardingOrganisation,
                "verify-learner,view-organisation,submit-batches",
                "verify-learner,view-organisation,submit-achievements,submit-batches",
            ),
            (
                Role::ServiceDesk,
                "find-learner,verify-learner,view-record,view-audit,view-organisation",
                "verify-learner,view-organisation",
            ),
        ];
        assert_eq!(table.map(|(role, ..)| role), Role::ALL);
        for (role, provider, awarding) in table {
            assert_eq!(may(world, PROVIDER, &[role]).to_string(), provider, "{role:?} of a provider");
            assert_eq!(may(world, AWARDING, &[role]).to_string(), awarding, "{role:?} of an awarding organisation");
        }
        assert_eq!(may(world, PROVIDER, &[]), Permissions::NONE);
        let both = may(world, PROVIDER, &[Role::ViewOnly, Role::Batch]);
        assert!(both.contains(Permission::ViewRecord) && both.contains(Permission::SubmitBatches));
        world.administration().set_permissions(PROVIDER.parse().unwrap(), Permissions::NONE).unwrap();
        assert_eq!(may(world, PROVIDER, &[Role::SuperUser]), Permissions::NONE);
        world.administration().set_active(PROVIDER.parse().unwrap(), false).unwrap();
        let account = Account { id: 7, name: "A. User" };
        let called = world.service.call(Door::Portal, Action::SignIn, |call| {
            let ukprn = PROVIDER.parse().unwrap();
            world.service.organisations().signed_in(call, ukprn, account, Roles::default()).map(drop)
        });
        assert!(matches!(called, Err(Error::UnknownOrganisation)));
    });
}

#[test]
fn what_must_not_happen_is_an_error_of_its_own() {
    each_world(|world| {
        let id = world.administration().organisation(PROVIDER.parse().unwrap()).unwrap().id;
        let store = world.service.store();
        store.write(move |store| organisations::set_password_hash(store, id, "unreadable", noon())).unwrap();
        world.clock.advance(TimeDelta::seconds(2));
        assert!(matches!(refusal(world, &world.claim()), Some(Error::Unexpected(_))));

        let other = Claim { ukprn: Some(AWARDING), ..world.claim() };
        assert!(refusal(world, &other).is_none());
        world.administration().set_permissions(AWARDING.parse().unwrap(), Permissions::for_roles(true, true)).unwrap();
        let called = world.service.begin(Door::WebService, Action::RegisterLearner, true, &Pass::default(), |call| {
            let caller = world.service.organisations().authenticate(call, &other)?;
            store.close();
            assert!(matches!(
                world.service.learners().register(&caller, &ada().into()),
                Err(Error::Unavailable(StoreError::Closed))
            ));
            let query = FindByUln { uln: "1000000000".parse().ok(), family_name: "x", given_name: "x" };
            let found = world.service.learners().find(&caller, &query)?;
            assert_eq!(found, Found::None);
            Ok::<_, Error>(found)
        });
        assert!(
            matches!(called.settle_blocking(), Err(Error::Unavailable(StoreError::Closed))),
            "nothing is disclosed unaudited"
        );
    });
}
