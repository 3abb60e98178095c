use std::net::IpAddr;
use std::thread;

use super::accounts::totp_code;
use super::*;
use crate::model::EmailAddress;

/// Whoever signs in from nowhere in particular.
const ADDRESS: &str = "192.0.2.1";
pub(super) const EMAIL: &str = "ada.tester@college.example";
const SECRET: &str = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP";
pub(super) const CHOSEN: &str = "Synthetic-Passw0rd";

impl World {
    pub(super) fn add_user(&self, email: &str, ukprn: &str, roles: &[Role]) -> i32 {
        let added = self.administration().add_ready_account(&ReadyAccount {
            email: email.parse().unwrap(),
            given_name: "Ada",
            family_name: "Tester",
            ukprn: ukprn.parse().unwrap(),
            roles: roles.iter().copied().collect(),
            password: &HashedPassword::of(CHOSEN).unwrap(),
            totp_secret: SECRET,
        });
        added.unwrap()
    }

    fn try_from(&self, address: &str, email: &str, password: &str) -> Result<Option<String>, Error> {
        let address: IpAddr = address.parse().unwrap();
        self.service.call(Door::Portal, Action::SignIn, |call| {
            let outcome = self.service.accounts().sign_in(call, &Credentials { email, password, address })?;
            Ok(match outcome {
                SignIn::Pending(pending) => Some(pending.token.as_str().to_owned()),
                SignIn::Refused => None,
            })
        })
    }

    pub(super) fn pending(&self, email: &str, password: &str) -> Option<String> {
        self.try_from(ADDRESS, email, password).unwrap()
    }

    pub(super) fn code(&self) -> String {
        totp_code(SECRET, self.clock.now())
    }

    pub(super) fn session(&self, token: &str) -> Option<Session> {
        self.service.accounts().session(token, true).unwrap()
    }

    /// Signs in with a code of a later time step than the last.
    pub(super) fn signed_in(&self, email: &str) -> String {
        self.clock.advance(TimeDelta::seconds(30));
        let pending = self.pending(email, CHOSEN).unwrap();
        match second_factor(&self.service, &pending, &self.code()) {
            SecondFactor::SignedIn(signed_in) => signed_in.token.as_str().to_owned(),
            _ => panic!("refused"),
        }
    }

    pub(super) fn on_session<T>(&self, action: Action, body: impl FnOnce(&Call<'_>) -> Result<T, Error>) -> T {
        self.service.call(Door::Portal, action, body).unwrap()
    }

    /// Action, user and outcome of what was done by accounts or visitors, in order.
    pub(super) fn portal_lines(&self) -> Vec<(String, String, String)> {
        use diesel::prelude::*;
        diesel::table! { audit (id) { id -> BigInt, door -> Text, action -> Text, user_name -> Text, outcome -> Text, } }
        self.stored.store.flush_trail().unwrap();
        let lines = self.stored.store.read(|store| {
            Ok(audit::table
                .filter(audit::door.eq("portal"))
                .order(audit::id)
                .select((audit::action, audit::user_name, audit::outcome))
                .load(store)?)
        });
        lines.unwrap()
    }
}

pub(super) fn second_factor(node: &Service, pending: &str, code: &str) -> SecondFactor {
    let called =
        node.call(Door::Portal, Action::SecondFactor, |call| node.accounts().second_factor(call, pending, code));
    called.unwrap()
}

pub(super) fn line(action: &str, user: &str, outcome: &str) -> (String, String, String) {
    (action.to_owned(), user.to_owned(), outcome.to_owned())
}

#[test]
fn a_user_signs_in_works_and_signs_out() {
    each_world(|world| {
        let id = world.add_user(EMAIL, PROVIDER, &[Role::Online]);
        let pending = world.pending(" ADA.Tester@college.example", CHOSEN).unwrap();
        assert!(world.session(&pending).is_none(), "the second factor is missing");
        assert!(matches!(second_factor(&world.service, &pending, "000000"), SecondFactor::WrongCode));
        let token = match second_factor(&world.service, &pending, &world.code()) {
            SecondFactor::SignedIn(signed_in) => signed_in.token.as_str().to_owned(),
            _ => panic!("refused"),
        };
        assert!(matches!(second_factor(&world.service, &pending, &world.code()), SecondFactor::Over));
        let session = world.session(&token).unwrap();
        assert_eq!((session.account_id, &*session.name, &*session.email), (id, "Ada Tester", EMAIL));
        assert_eq!(session.chosen.as_ref().unwrap().organisation.ukprn.as_str(), PROVIDER);
        assert!(session.roles().contains(Role::Online) && session.factor_is_recent);
        assert_eq!(session.ends_in.as_secs(), 20 * 60);
        world.on_session(Action::FindByUln, |call| {
            let caller = world.service.accounts().caller(call, &session)?;
            assert!(caller.may(Permission::RegisterLearner) && !caller.may(Permission::SubmitBatches));
            let query = FindByUln { uln: "1000000000".parse().ok(), family_name: "x", given_name: "x" };
            world.service.learners().find(&caller, &query)
        });
        // On SQLite, lines of reads reach the table later than those of changes, unless one waits.
        world.stored.store.flush_trail().unwrap();
        world.on_session(Action::SignOut, |call| world.service.accounts().sign_out(call, &session));
        assert!(world.session(&token).is_none());
        assert_eq!(
            world.portal_lines(),
            [
                line("sign-in", "Ada Tester", "Done"),
                line("second-factor", "Ada Tester", "Wrong code"),
                line("second-factor", "Ada Tester", "Done"),
                line("find-by-uln", "Ada Tester", "WSRC0001"),
                line("sign-out", "Ada Tester", "Done"),
            ],
        );
    });
}

#[test]
fn three_wrong_passwords_lock_the_account_and_end_its_sessions() {
    each_world(|world| {
        world.add_user(EMAIL, PROVIDER, &[Role::Online]);
        let (token, waiting) = (world.signed_in(EMAIL), world.pending(EMAIL, CHOSEN).unwrap());
        for _ in 0..2 {
            assert!(world.pending(EMAIL, "wrong").is_none());
            assert!(world.pending(EMAIL, CHOSEN).is_some(), "a right one starts the count again");
        }
        let before = world.portal_lines().len();
        for _ in 0..2 {
            assert!(world.pending(EMAIL, "wrong").is_none());
        }
        assert!(world.session(&token).is_some());
        assert!(world.pending(EMAIL, "").is_none());
        assert!(world.session(&token).is_none());
        world.clock.advance(TimeDelta::seconds(30));
        assert!(matches!(second_factor(&world.service, &waiting, &world.code()), SecondFactor::Over));
        assert!(world.pending(EMAIL, CHOSEN).is_none(), "locked");
        assert!(world.pending("nobody@college.example", CHOSEN).is_none());
        assert!(world.pending("not an address, perhaps a password", CHOSEN).is_none());
        let wrong = line("sign-in", "Ada Tester", "Wrong password");
        assert_eq!(
            world.portal_lines()[before..],
            [
                wrong.clone(),
                wrong.clone(),
                wrong,
                line("lock-account", "Ada Tester", "Locked"),
                line("sign-in", "Ada Tester", "Locked"),
                line("sign-in", "", "Unknown account"),
                line("sign-in", "", "Unknown account"),
            ]
        );
    });
}

#[test]
fn a_code_works_once_on_whichever_node() {
    each_world(|world| {
        world.add_user(EMAIL, PROVIDER, &[Role::Online]);
        let nodes = [world.service.clone(), world.another_node(RuleSettings::default())];
        for _ in 0..3 {
            world.clock.advance(TimeDelta::seconds(30));
            let pending: Vec<String> = (0..4).map(|_| world.pending(EMAIL, CHOSEN).unwrap()).collect();
            let code = world.code();
            let signed_in = thread::scope(|scope| {
                let threads: Vec<_> = (0..8)
                    .map(|n| {
                        let (node, pending, code) = (&nodes[n % 2], &pending[n / 2], &code);
                        scope.spawn(move || matches!(second_factor(node, pending, code), SecondFactor::SignedIn(_)))
                    })
                    .collect();
                threads.into_iter().map(|thread| thread.join().unwrap()).filter(|yes| *yes).count()
            });
            assert_eq!(signed_in, 1);
        }
    });
}

#[test]
fn wrong_codes_end_the_sign_in_and_then_lock_the_account() {
    each_world(|world| {
        world.add_user(EMAIL, PROVIDER, &[Role::Online]);
        let token = world.signed_in(EMAIL);
        world.clock.advance(TimeDelta::seconds(30));
        for _ in 0..2 {
            let pending = world.pending(EMAIL, CHOSEN).unwrap();
            for _ in 0..5 {
                assert!(matches!(second_factor(&world.service, &pending, "000000"), SecondFactor::WrongCode));
            }
            assert!(matches!(second_factor(&world.service, &pending, &world.code()), SecondFactor::Over));
        }
        assert!(world.pending(EMAIL, CHOSEN).is_none(), "ten wrong codes lock the account");
        assert!(world.session(&token).is_none());
        assert!(world.portal_lines().contains(&line("lock-account", "Ada Tester", "Locked")));
    });
}

#[test]
fn a_waiting_sign_in_lasts_ten_minutes() {
    each_world(|world| {
        world.add_user(EMAIL, PROVIDER, &[Role::Online]);
        let pending = world.pending(EMAIL, CHOSEN).unwrap();
        world.clock.advance(TimeDelta::minutes(10));
        assert!(matches!(second_factor(&world.service, &pending, &world.code()), SecondFactor::Over));
    });
}

#[test]
fn a_session_ends_after_twenty_idle_minutes_and_after_twelve_hours() {
    each_world(|world| {
        world.add_user(EMAIL, PROVIDER, &[Role::Online]);
        let (idle, busy) = (world.signed_in(EMAIL), world.signed_in(EMAIL));
        let almost = TimeDelta::minutes(20) - TimeDelta::microseconds(1);
        let peek = |token: &str| world.service.accounts().session(token, false).unwrap();
        world.clock.advance(almost);
        assert!(peek(&busy).is_some_and(|session| session.ends_in.as_secs() == 0));
        assert!(world.session(&busy).is_some_and(|session| !session.factor_is_recent));
        // The writer works in order, so the note that the user was there is stored before this is.
        world.add_user("other@college.example", PROVIDER, &[]);
        assert!(peek(&idle).is_none(), "begun half a minute earlier");
        for _ in 0..36 {
            assert!(world.session(&busy).is_some());
            world.add_user(&format!("u{}@college.example", rand::random::<u64>()), PROVIDER, &[]);
            world.clock.advance(TimeDelta::minutes(19));
        }
        assert!(world.session(&busy).is_some());
        world.clock.advance(TimeDelta::minutes(17));
        assert!(world.session(&busy).is_none(), "twelve hours");
    });
}

#[test]
fn who_works_for_several_organisations_chooses_one() {
    each_world(|world| {
        world.add_user(EMAIL, PROVIDER, &[Role::Online]);
        world.add_user(EMAIL, AWARDING, &[Role::AwardingOrganisation]);
        world.add_organisation("TEST0077", "TEST77", "Another College", true);
        let token = world.signed_in(EMAIL);
        let session = world.session(&token).unwrap();
        assert!(session.chosen.is_none() && session.roles().is_empty());
        let names: Vec<_> = session.places.iter().map(|place| &*place.organisation.name).collect();
        assert_eq!(names, ["Synthetic Awards", "Synthetic College"]);
        let nobody = world
            .service
            .call(Door::Portal, Action::FindByUln, |call| world.service.accounts().caller(call, &session).map(drop));
        assert!(matches!(nobody, Err(Error::UnknownOrganisation)));
        let choose = |ukprn: &str| {
            world.on_session(Action::ChooseOrganisation, |call| {
                world.service.accounts().choose(call, &session, ukprn.parse().unwrap())
            })
        };
        assert!(!choose("TEST0077"), "the user does not belong to it");
        assert!(choose(AWARDING));
        let chosen = world.session(&token).unwrap();
        assert_eq!(chosen.chosen.as_ref().unwrap().organisation.ukprn.as_str(), AWARDING);
        assert!(chosen.roles().contains(Role::AwardingOrganisation));
        world.administration().set_active(AWARDING.parse().unwrap(), false).unwrap();
        let without = world.session(&token).unwrap();
        assert!(without.chosen.is_none() && without.places.len() == 1);
        world.administration().set_active(PROVIDER.parse().unwrap(), false).unwrap();
        world.clock.advance(TimeDelta::seconds(30));
        let pending = world.pending(EMAIL, CHOSEN).unwrap();
        assert!(matches!(second_factor(&world.service, &pending, &world.code()), SecondFactor::Suspended));
    });
}

#[test]
fn an_account_that_was_not_used_for_half_a_year_is_suspended() {
    each_world(|world| {
        world.add_user(EMAIL, PROVIDER, &[Role::Online]);
        world.clock.advance(TimeDelta::days(180));
        let pending = world.pending(EMAIL, CHOSEN).unwrap();
        let used = second_factor(&world.service, &pending, &world.code());
        assert!(matches!(used, SecondFactor::PasswordExpired(_)), "the account is open, but the password is old");
        world.clock.advance(TimeDelta::seconds(30));
        let pending = world.pending(EMAIL, CHOSEN).unwrap();
        assert!(matches!(second_factor(&world.service, &pending, &world.code()), SecondFactor::Suspended));
    });
}

#[test]
fn the_second_factor_is_given_again() {
    each_world(|world| {
        world.add_user(EMAIL, PROVIDER, &[Role::SuperUser]);
        let token = world.signed_in(EMAIL);
        let session = world.session(&token).unwrap();
        world.clock.advance(TimeDelta::minutes(10));
        assert!(!world.session(&token).unwrap().factor_is_recent);
        let confirm = |code: &str| {
            world.on_session(Action::SecondFactor, |call| world.service.accounts().confirm(call, &session, code))
        };
        assert!(!confirm("123"));
        assert!(confirm(&world.code()));
        assert!(!confirm(&world.code()), "a code works once");
        assert!(world.session(&token).unwrap().factor_is_recent);
    });
}

#[test]
fn signing_out_everywhere_ends_every_session() {
    each_world(|world| {
        world.add_user(EMAIL, PROVIDER, &[Role::Online]);
        world.add_user("other@college.example", PROVIDER, &[Role::Online]);
        let tokens = [world.signed_in(EMAIL), world.signed_in(EMAIL)];
        let other = world.signed_in("other@college.example");
        let session = world.session(&tokens[0]).unwrap();
        world.on_session(Action::SignOut, |call| world.service.accounts().sign_out_everywhere(call, &session));
        assert!(tokens.iter().all(|token| world.session(token).is_none()));
        assert!(world.session(&other).is_some());
    });
}

#[test]
fn a_stranger_cannot_lock_everybody_out() {
    each_world(|world| {
        let emails: Vec<String> = (0..10).map(|n| format!("user{n}@college.example")).collect();
        emails.iter().for_each(|email| _ = world.add_user(email, PROVIDER, &[Role::Online]));
        let attempts = emails.iter().flat_map(|email| [email, email, email]);
        let refused = attempts.filter(|email| world.try_from("198.51.100.7", email, "wrong").is_err()).count();
        assert_eq!(refused, 10, "twenty of thirty were checked");
        let open = emails.iter().filter(|email| world.pending(email, CHOSEN).is_some()).count();
        assert_eq!(open, 4, "of those with fewer than three wrong passwords");
        let told = world.portal_lines().iter().filter(|(_, _, outcome)| outcome == "Slowed down").count();
        assert_eq!(told, 1);
    });
}

#[test]
fn an_account_joins_an_organisation_once_and_lines_have_its_number() {
    each_world(|world| {
        let id = world.add_user(EMAIL, PROVIDER, &[Role::Online]);
        let again = ReadyAccount {
            email: EMAIL.to_uppercase().parse::<EmailAddress>().unwrap(),
            given_name: "Ada",
            family_name: "Tester",
            ukprn: PROVIDER.parse().unwrap(),
            roles: Roles::default(),
            password: &HashedPassword::of(CHOSEN).unwrap(),
            totp_secret: SECRET,
        };
        let operator = world.administration();
        assert!(matches!(operator.add_ready_account(&again), Err(AdministrationError::UserExists)));
        let short = ReadyAccount { totp_secret: "JBSWY3DP", ..again };
        assert!(matches!(operator.add_ready_account(&short), Err(AdministrationError::FactorSecret)));
        world.signed_in(EMAIL);
        use diesel::prelude::*;
        diesel::table! { audit (id) { id -> BigInt, account_id -> Nullable<Integer>, about_account_id -> Nullable<Integer>, } }
        let count = |by: bool| {
            let read = world.stored.store.read(|store| {
                let lines = audit::table.into_boxed();
                let lines = if by {
                    lines.filter(audit::account_id.eq(id))
                } else {
                    lines.filter(audit::about_account_id.eq(id))
                };
                Ok(lines.count().get_result::<i64>(store)?)
            });
            read.unwrap()
        };
        assert_eq!((count(true), count(false)), (2, 1));
    });
}

#[test]
fn what_a_session_keeps_is_found_by_it_alone_and_goes_with_it() {
    each_world(|world| {
        world.add_user(EMAIL, PROVIDER, &[Role::Online]);
        let (token, other) = (world.signed_in(EMAIL), world.signed_in(EMAIL));
        let (one, other) = (world.session(&token).unwrap(), world.session(&other).unwrap());
        let accounts = world.service.accounts();
        let handle = accounts.keep(&one, "search", "1".to_owned()).unwrap();
        let kept = |session: &Session, kind: &str| accounts.kept(session, kind, &handle).unwrap();
        assert_eq!(kept(&one, "search").as_deref(), Some("1"));
        assert_eq!((kept(&other, "search"), kept(&one, "form")), (None, None));
        assert!(!accounts.keep_instead(&other, "search", &handle, "2".to_owned()).unwrap());
        assert!(accounts.keep_instead(&one, "search", &handle, "3".to_owned()).unwrap());
        assert_eq!(kept(&one, "search").as_deref(), Some("3"));

        // The oldest is forgotten beyond the bound.
        world.clock.advance(TimeDelta::seconds(1));
        let newer = accounts.keep(&one, "search", "4".to_owned()).unwrap();
        for _ in 0..199 {
            world.clock.advance(TimeDelta::seconds(1));
            accounts.keep(&one, "search", "5".to_owned()).unwrap();
        }
        assert_eq!(kept(&one, "search"), None);
        assert!(accounts.kept(&one, "search", &newer).unwrap().is_some());

        world.on_session(Action::SignOut, |call| accounts.sign_out(call, &one));
        assert_eq!(accounts.kept(&one, "search", &newer).unwrap(), None);
    });
}
