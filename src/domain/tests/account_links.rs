use std::collections::HashSet;
use std::net::IpAddr;
use std::thread;

use super::accounts::{Activity, totp_code};
use super::signing_in::{CHOSEN, EMAIL, line};
use super::*;
use crate::model::MessageKind;

pub(super) const ADDRESS: &str = "192.0.2.1";
const FRESH: &str = "Lantern-over-7-hills";

/// A change of a user, by the number of the account.
type Act<'a> = &'a (dyn Fn(&Users<'_>, i32) -> Result<Changed, Error> + Sync);

pub(super) fn new_user(email: &str, roles: &[Role]) -> (crate::model::EmailAddress, Roles) {
    (email.parse().unwrap(), roles.iter().copied().collect())
}

impl World {
    /// Adds a user by an operator, and returns the token of the invitation.
    pub(super) fn invited(&self, email: &str, roles: &[Role]) -> String {
        let (email, roles) = new_user(email, roles);
        let invited = self.as_operator(|users| {
            users.invite(&NewUser {
                email: &email,
                given_name: "Ada",
                family_name: "Tester",
                telephone: None,
                staff_reference: Some("S-17"),
                identity_check: "Passport seen",
                roles,
            })
        });
        match invited {
            Invited::Invited { token, .. } => token.as_str().to_owned(),
            _ => panic!("not invited"),
        }
    }

    pub(super) fn as_operator<T>(&self, act: impl FnOnce(&Users<'_>) -> Result<T, Error>) -> T {
        let called = self.service.call(Door::CommandLine, Action::AddUser, |call| {
            let operator = call.operator("operator");
            act(&self.service.accounts().users(&operator, PROVIDER.parse().unwrap())?)
        });
        called.unwrap()
    }

    fn give_password(&self, node: &Service, link: &str, password: &str) -> PasswordStep {
        let address: IpAddr = ADDRESS.parse().unwrap();
        let called = node.call(Door::Portal, Action::SetUserPassword, |call| {
            node.accounts().give_password(call, link, password, address)
        });
        called.unwrap()
    }

    fn give_factor(&self, node: &Service, link: &str, code: &str) -> FactorStep {
        let called =
            node.call(Door::Portal, Action::SetSecondFactor, |call| node.accounts().give_factor(call, link, code));
        called.unwrap()
    }

    fn secret_of(&self, link: &str) -> String {
        match self.service.accounts().link(link).unwrap().unwrap().step {
            Step::Factor { secret, url } => {
                assert!(url.contains(&secret));
                secret
            }
            _ => panic!("the password is missing"),
        }
    }

    /// Follows an invitation to its end; returns session and recovery codes.
    pub(super) fn followed(&self, link: &str) -> (String, Vec<String>) {
        assert_eq!(self.give_password(&self.service, link, FRESH), PasswordStep::Next);
        let code = totp_code(&self.secret_of(link), self.clock.now());
        match self.give_factor(&self.service, link, &code) {
            FactorStep::Done { recovery_codes, token } => (token.unwrap().as_str().to_owned(), recovery_codes),
            _ => panic!("refused"),
        }
    }

    /// The messages that wait, in order, with their tokens; they count as sent.
    pub(super) fn messages(&self) -> Vec<(MessageKind, String)> {
        let outbox = self.service.outbox();
        let mut messages = Vec::new();
        while let Some(message) = outbox.take().unwrap() {
            outbox.sent(&message).unwrap();
            messages.push((message.kind, message.token.unwrap_or_default()));
        }
        messages
    }

    fn ask_for_password(&self, email: &str) {
        let asked = self
            .service
            .call(Door::Portal, Action::AskForPassword, |call| self.service.accounts().forgot_password(call, email));
        asked.unwrap();
    }
}

#[test]
fn an_invited_user_chooses_a_password_and_sets_up_a_second_factor() {
    each_world(|world| {
        let link = world.invited(EMAIL, &[Role::Online]);
        assert_eq!(world.messages(), [(MessageKind::Invitation, link.clone())]);
        let shown = world.service.accounts().link(&link).unwrap().unwrap();
        assert_eq!((&*shown.email, &*shown.name, shown.purpose), (EMAIL, "Ada Tester", Purpose::Invitation));
        assert!(matches!(shown.step, Step::NewPassword));
        assert!(matches!(world.give_factor(&world.service, &link, "123456"), FactorStep::Over), "out of turn");
        for (password, refusal) in [
            ("short", PasswordRefusal::TooShort),
            ("allsmallletters", PasswordRefusal::TooFewKinds),
            ("Password1", PasswordRefusal::Common),
        ] {
            assert_eq!(world.give_password(&world.service, &link, password), PasswordStep::Refused(refusal));
        }
        assert!(world.pending(EMAIL, FRESH).is_none());
        assert_eq!(world.give_password(&world.service, &link, FRESH), PasswordStep::Next);
        assert!(world.pending(EMAIL, FRESH).is_none(), "not before the second factor");
        assert!(matches!(world.give_factor(&world.service, &link, "000000"), FactorStep::WrongCode));
        let secret = world.secret_of(&link);
        let code = totp_code(&secret, world.clock.now());
        let (token, codes) = match world.give_factor(&world.service, &link, &code) {
            FactorStep::Done { recovery_codes, token } => (token.unwrap(), recovery_codes),
            _ => panic!("refused"),
        };
        assert_eq!(codes.iter().collect::<HashSet<_>>().len(), 10);
        assert!(world.service.accounts().link(&link).unwrap().is_none());
        assert!(matches!(world.give_factor(&world.service, &link, &code), FactorStep::Over), "used up");

        let session = world.session(token.as_str()).unwrap();
        assert!(!session.has_agreed);
        let refused = world
            .service
            .call(Door::Portal, Action::FindByUln, |call| world.service.accounts().caller(call, &session).map(drop));
        assert!(matches!(refused, Err(Error::InsufficientAccess)), "the agreement comes first");
        world.on_session(Action::AcceptAgreement, |call| world.service.accounts().accept_agreement(call, &session));
        let session = world.session(token.as_str()).unwrap();
        world.on_session(Action::FindByUln, |call| world.service.accounts().caller(call, &session).map(drop));

        let pending = world.pending(EMAIL, FRESH).unwrap();
        assert!(
            matches!(super::signing_in::second_factor(&world.service, &pending, &code), SecondFactor::WrongCode),
            "the code that set it up is used"
        );
        world.clock.advance(TimeDelta::seconds(30));
        let code = totp_code(&secret, world.clock.now());
        let signed_in = super::signing_in::second_factor(&world.service, &pending, &code);
        assert!(matches!(signed_in, SecondFactor::SignedIn(_)));
    });
}

#[test]
fn a_link_works_once_on_whichever_node() {
    each_world(|world| {
        let nodes = [world.service.clone(), world.another_node(RuleSettings::default())];
        for round in 0..3 {
            let email = format!("user{round}@college.example");
            let link = world.invited(&email, &[Role::Online]);
            assert_eq!(world.give_password(&world.service, &link, FRESH), PasswordStep::Next);
            let code = totp_code(&world.secret_of(&link), world.clock.now());
            let done = thread::scope(|scope| {
                let threads: Vec<_> = (0..8)
                    .map(|n| {
                        let (node, link, code) = (&nodes[n % 2], &link, &code);
                        scope.spawn(move || matches!(world.give_factor(node, link, code), FactorStep::Done { .. }))
                    })
                    .collect();
                threads.into_iter().map(|thread| thread.join().unwrap()).filter(|done| *done).count()
            });
            assert_eq!(done, 1);

            world.messages();
            // No two passwords of an account are set at the same moment.
            world.clock.advance(TimeDelta::seconds(1));
            world.ask_for_password(&email);
            let (_, link) = world.messages().remove(0);
            let outcomes: Vec<PasswordStep> = thread::scope(|scope| {
                let threads: Vec<_> = (0..2)
                    .map(|n| {
                        let (node, link) = (&nodes[n % 2], &link);
                        scope.spawn(move || world.give_password(node, link, &format!("{FRESH}-{n}")))
                    })
                    .collect();
                threads.into_iter().map(|thread| thread.join().unwrap()).collect()
            });
            assert_eq!(outcomes.iter().filter(|each| **each == PasswordStep::Done).count(), 1, "{outcomes:?}");
        }
    });
}

#[test]
fn links_end() {
    each_world(|world| {
        let link = world.invited(EMAIL, &[Role::Online]);
        world.clock.advance(TimeDelta::hours(48));
        assert!(world.service.accounts().link(&link).unwrap().is_none());
        assert_eq!(world.give_password(&world.service, &link, FRESH), PasswordStep::Over);
        let id = world.as_operator(|users| Ok(users.all()?[0].account_id));
        let again = world.as_operator(|users| users.invite_again(id)).unwrap();
        assert!(world.service.accounts().link(again.as_str()).unwrap().is_some());
        let third = world.as_operator(|users| users.invite_again(id)).unwrap();
        assert!(world.service.accounts().link(again.as_str()).unwrap().is_none(), "the later one replaces it");
        world.followed(third.as_str());
        assert!(world.as_operator(|users| users.invite_again(id)).is_none(), "there is a password");
    });
}

#[test]
fn a_forgotten_password_is_replaced_and_sessions_end() {
    each_world(|world| {
        world.add_user(EMAIL, PROVIDER, &[Role::Online]);
        let token = world.signed_in(EMAIL);
        world.ask_for_password("nobody@college.example");
        world.ask_for_password("no address");
        assert!(world.messages().is_empty());
        world.ask_for_password(EMAIL);
        world.ask_for_password(EMAIL);
        let messages = world.messages();
        assert_eq!(messages.len(), 1, "the second one within five minutes");
        assert!(world.session(&token).is_some(), "asking changes nothing");
        let link = &messages[0].1;
        assert_eq!(
            world.give_password(&world.service, link, CHOSEN),
            PasswordStep::Refused(PasswordRefusal::UsedBefore)
        );
        assert_eq!(world.give_password(&world.service, link, FRESH), PasswordStep::Done);
        assert!(world.session(&token).is_none());
        assert!(world.pending(EMAIL, CHOSEN).is_none() && world.pending(EMAIL, FRESH).is_some());
        assert_eq!(world.messages(), [(MessageKind::PasswordChanged, String::new())]);
        assert_eq!(world.give_password(&world.service, link, FRESH), PasswordStep::Over);

        for _ in 0..3 {
            world.pending(EMAIL, "wrong");
        }
        world.clock.advance(TimeDelta::minutes(5));
        world.ask_for_password(EMAIL);
        assert_eq!(world.messages(), [(MessageKind::Locked, String::new())], "only a super user unlocks");
    });
}

#[test]
fn the_last_twelve_passwords_are_not_used_again() {
    each_world(|world| {
        world.add_user(EMAIL, PROVIDER, &[Role::Online]);
        let set = |password: &str| {
            world.clock.advance(TimeDelta::minutes(6));
            world.ask_for_password(EMAIL);
            let messages = world.messages();
            let (_, link) = messages.iter().find(|(kind, _)| *kind == MessageKind::PasswordForgotten).unwrap();
            world.give_password(&world.service, link, password)
        };
        for n in 0..12 {
            assert_eq!(set(&format!("{FRESH}{n}")), PasswordStep::Done);
        }
        assert_eq!(set(&format!("{FRESH}0")), PasswordStep::Refused(PasswordRefusal::UsedBefore));
        assert_eq!(set(CHOSEN), PasswordStep::Done, "the thirteenth before");
    });
}

#[test]
fn an_old_password_leads_to_a_new_one() {
    each_world(|world| {
        world.add_user(EMAIL, PROVIDER, &[Role::Online]);
        world.clock.advance(TimeDelta::days(90));
        world.signed_in_after_days(EMAIL);
        world.clock.advance(TimeDelta::days(1));
        let pending = world.pending(EMAIL, CHOSEN).unwrap();
        let link = match super::signing_in::second_factor(&world.service, &pending, &world.code()) {
            SecondFactor::PasswordExpired(token) => token,
            _ => panic!("the password is too old"),
        };
        assert_eq!(world.give_password(&world.service, link.as_str(), FRESH), PasswordStep::Done);
        world.clock.advance(TimeDelta::seconds(30));
        let pending = world.pending(EMAIL, FRESH).unwrap();
        let signed_in = super::signing_in::second_factor(&world.service, &pending, &world.code());
        assert!(matches!(signed_in, SecondFactor::SignedIn(_)));
    });
}

#[test]
fn a_recovery_code_works_once() {
    each_world(|world| {
        let link = world.invited(EMAIL, &[Role::Online]);
        let (token, codes) = world.followed(&link);
        world.messages();
        let nodes = [world.service.clone(), world.another_node(RuleSettings::default())];
        let pending: Vec<String> = (0..4).map(|_| world.pending(EMAIL, FRESH).unwrap()).collect();
        let recover = |node: &Service, pending: &str, code: &str| {
            let called =
                node.call(Door::Portal, Action::UseRecoveryCode, |call| node.accounts().recover(call, pending, code));
            matches!(called.unwrap(), SecondFactor::SignedIn(_))
        };
        let typed = codes[3].to_lowercase().replace('-', " ");
        let signed_in = thread::scope(|scope| {
            let threads: Vec<_> = (0..4)
                .map(|n| {
                    let (node, pending, typed, recover) = (&nodes[n % 2], &pending[n], &typed, &recover);
                    scope.spawn(move || recover(node, pending, typed))
                })
                .collect();
            threads.into_iter().map(|thread| thread.join().unwrap()).filter(|yes| *yes).count()
        });
        assert_eq!(signed_in, 1);
        assert_eq!(world.messages(), [(MessageKind::RecoveryCodeUsed, String::new())]);
        let session = world.session(&token).unwrap();
        assert_eq!(world.service.accounts().recovery_codes_left(&session).unwrap(), 9);
        let other = world.pending(EMAIL, FRESH).unwrap();
        assert!(!recover(&world.service, &other, "0000-0000-0000-0000"));
        assert!(recover(&world.service, &other, &codes[0]));
    });
}

#[test]
fn a_second_factor_is_renewed_with_the_old_one_and_the_password() {
    each_world(|world| {
        world.add_user(EMAIL, PROVIDER, &[Role::Online]);
        let token = world.signed_in(EMAIL);
        let renew = |session: &Session| {
            world.on_session(Action::SetSecondFactor, |call| world.service.accounts().renew_factor(call, session))
        };
        let link = renew(&world.session(&token).unwrap()).unwrap();
        let link = link.as_str();
        assert!(matches!(world.service.accounts().link(link).unwrap().unwrap().step, Step::Password));
        assert_eq!(world.give_password(&world.service, link, "wrong"), PasswordStep::Wrong);
        assert_eq!(world.give_password(&world.service, link, CHOSEN), PasswordStep::Next);
        let code = totp_code(&world.secret_of(link), world.clock.now());
        assert!(matches!(world.give_factor(&world.service, link, &code), FactorStep::Done { .. }));
        assert_eq!(world.messages(), [(MessageKind::FactorChanged, String::new())]);
        assert!(world.session(&token).is_none(), "other sessions end");
        world.clock.advance(TimeDelta::seconds(30));
        let pending = world.pending(EMAIL, CHOSEN).unwrap();
        let old = super::signing_in::second_factor(&world.service, &pending, &world.code());
        assert!(matches!(old, SecondFactor::WrongCode), "the old secret is gone");
    });
}

#[test]
fn messages_are_sent_once_and_tried_again() {
    each_world(|world| {
        let nodes = [world.service.clone(), world.another_node(RuleSettings::default())];
        for n in 0..6 {
            world.invited(&format!("user{n}@college.example"), &[Role::Online]);
        }
        let taken: Vec<i32> = thread::scope(|scope| {
            let threads: Vec<_> = (0..4)
                .map(|n| {
                    let node = &nodes[n % 2];
                    scope.spawn(move || {
                        let take = || node.outbox().take().unwrap().map(|message| message.id);
                        std::iter::from_fn(take).collect::<Vec<_>>()
                    })
                })
                .collect();
            threads.into_iter().flat_map(|thread| thread.join().unwrap()).collect()
        });
        assert_eq!((taken.len(), taken.iter().collect::<HashSet<_>>().len()), (6, 6));
        assert!(world.service.outbox().take().unwrap().is_none());
        world.clock.advance(TimeDelta::minutes(5));
        let message = world.service.outbox().take().unwrap().unwrap();
        assert_eq!(message.recipient, "user0@college.example", "its node said nothing for five minutes");
        assert_eq!(world.service.outbox().not_sent(&message).unwrap(), Failed::Again(TimeDelta::minutes(2)));
        world.clock.advance(TimeDelta::hours(47));
        let message = world.service.outbox().take().unwrap().unwrap();
        assert!(matches!(world.service.outbox().not_sent(&message).unwrap(), Failed::Again(_)));
        world.clock.advance(TimeDelta::hours(1));
        while let Some(message) = world.service.outbox().take().unwrap() {
            assert_eq!(world.service.outbox().not_sent(&message).unwrap(), Failed::GivenUp);
        }
        assert_eq!(world.service.outbox().waiting().unwrap(), 0);
    });
}

#[test]
fn super_users_manage_their_own_organisation_alone() {
    each_world(|world| {
        world.add_user(EMAIL, PROVIDER, &[Role::SuperUser]);
        world.add_user("other@awards.example", AWARDING, &[Role::AwardingOrganisation]);
        let session = world.session(&world.signed_in(EMAIL)).unwrap();
        let act = |ukprn: &str, session: &Session, body: &dyn Fn(&Users<'_>) -> Result<(), Error>| {
            world.service.call(Door::Portal, Action::ViewUsers, |call| {
                let caller = world.service.accounts().caller(call, session)?;
                body(&world.service.accounts().users(&caller, ukprn.parse().unwrap())?)
            })
        };
        let other = world.as_awarding(|users| Ok(users.all()?[0].account_id));
        act(PROVIDER, &session, &|users| {
            assert_eq!(users.all()?.len(), 1);
            assert!(users.find(other)?.is_none());
            assert_eq!(users.suspend(other)?, Changed::Unknown);
            assert_eq!(users.reset_password(other)?, Changed::Unknown);
            assert!(users.activity(other, 1)?.is_none());
            Ok(())
        })
        .unwrap();
        let elsewhere = act(AWARDING, &session, &|_| Ok(()));
        assert!(matches!(elsewhere, Err(Error::InsufficientAccess)));

        world.add_user("online@college.example", PROVIDER, &[Role::Online]);
        let online = world.session(&world.signed_in("online@college.example")).unwrap();
        assert!(matches!(act(PROVIDER, &online, &|_| Ok(())), Err(Error::InsufficientAccess)));

        act(PROVIDER, &session, &|users| {
            let give = |roles: &[Role]| users.may_give(roles.iter().copied().collect());
            assert!(give(&[Role::SuperUser, Role::Online]) && !give(&[]));
            assert!(!give(&[Role::AwardingOrganisation]), "the college awards nothing");
            assert!(!give(&[Role::Online, Role::ServiceDesk]), "operators alone give it");
            Ok(())
        })
        .unwrap();
        assert!(world.as_operator(|users| Ok(users.may_give([Role::ServiceDesk].into_iter().collect()))));
    });
}

#[test]
fn a_change_of_a_user_ends_the_sessions_and_stands_in_the_activity() {
    each_world(|world| {
        world.add_user("super@college.example", PROVIDER, &[Role::SuperUser]);
        let id = world.add_user(EMAIL, PROVIDER, &[Role::Online]);
        let chosen = |roles: &[Role]| roles.iter().copied().collect::<Roles>();
        let token = world.signed_in(EMAIL);
        assert_eq!(world.as_operator(|users| users.set_roles(id, chosen(&[Role::Batch]))), Changed::Done);
        assert!(world.session(&token).is_none());
        let token = world.signed_in(EMAIL);
        assert!(world.session(&token).unwrap().roles().contains(Role::Batch));
        assert_eq!(world.as_operator(|users| users.suspend(id)), Changed::Done);
        assert!(world.session(&token).is_none());
        world.clock.advance(TimeDelta::seconds(30));
        let pending = world.pending(EMAIL, CHOSEN).unwrap();
        let suspended = super::signing_in::second_factor(&world.service, &pending, &world.code());
        assert!(matches!(suspended, SecondFactor::Suspended));
        assert_eq!(world.status_of(id), UserStatus::Suspended);
        assert_eq!(world.as_operator(|users| users.reinstate(id)), Changed::Done);
        world.signed_in(EMAIL);

        for _ in 0..3 {
            world.pending(EMAIL, "wrong");
        }
        assert_eq!(world.status_of(id), UserStatus::Locked);
        assert_eq!(world.as_operator(|users| users.unlock(id)), Changed::Done);
        let token = world.signed_in(EMAIL);
        world.messages();
        assert_eq!(world.as_operator(|users| users.reset_factor(id)), Changed::Done);
        assert!(world.session(&token).is_none());
        let messages = world.messages();
        assert_eq!(messages[0].0, MessageKind::FactorReset);
        assert_eq!(world.give_password(&world.service, &messages[0].1, CHOSEN), PasswordStep::Next);
        assert_eq!(world.as_operator(|users| users.reset_password(id)), Changed::Done);
        assert!(world.pending(EMAIL, CHOSEN).is_none());
        assert_eq!(world.status_of(id), UserStatus::Invited);
        assert_eq!(world.messages()[0].0, MessageKind::Invitation, "both are gone");

        let details = UserDetails {
            given_name: "Adalind",
            family_name: "Tester",
            telephone: Some("01632 960001"),
            staff_reference: None,
        };
        assert_eq!(world.as_operator(|users| users.update(id, &details)), Changed::Done);
        let user = world.as_operator(|users| Ok(users.find(id)?.unwrap()));
        assert_eq!((user.name(), user.telephone.as_deref()), ("Adalind Tester".to_owned(), Some("01632 960001")));

        let page = world.as_operator(|users| Ok(users.activity(id, 1)?.unwrap()));
        let seen: Vec<(Option<Action>, &str)> =
            page.lines.iter().map(|Activity { action, outcome, .. }| (*action, &**outcome)).collect();
        for expected in [
            (Some(Action::SignIn), "Wrong password"),
            (Some(Action::LockAccount), "Locked"),
            (Some(Action::SetUserRoles), "Done"),
            (Some(Action::SuspendUser), "Done"),
            (Some(Action::ResetUserFactor), "Done"),
        ] {
            assert!(seen.contains(&expected), "{expected:?} is missing: {seen:?}");
        }
        let reset = page.lines.iter().find(|each| each.action == Some(Action::ResetUserFactor)).unwrap();
        assert_eq!(reset.by.as_deref(), Some("operator"));
        assert_eq!(world.as_operator(|users| users.revoke(id)), Changed::Done);
        assert!(world.as_operator(|users| users.find(id)).is_none());
        assert!(world.portal_lines().contains(&line("sign-in", "Ada Tester", "Wrong password")));
    });
}

#[test]
fn the_last_super_user_stays() {
    each_world(|world| {
        let chosen = |roles: &[Role]| roles.iter().copied().collect::<Roles>();
        for round in 0..3 {
            let [one, other] = ["one", "other"]
                .map(|name| world.add_user(&format!("{name}{round}@college.example"), PROVIDER, &[Role::SuperUser]));
            let nodes = [world.service.clone(), world.another_node(RuleSettings::default())];
            let acts: [Act<'_>; 3] = [&|users, id| users.suspend(id), &|users, id| users.revoke(id), &|users, id| {
                users.set_roles(id, chosen(&[Role::Online]))
            }];
            let act = acts[round];
            let outcomes: Vec<Changed> = thread::scope(|scope| {
                let threads: Vec<_> = [one, other]
                    .into_iter()
                    .enumerate()
                    .map(|(n, id)| {
                        let node = &nodes[n];
                        scope.spawn(move || {
                            let called = node.call(Door::CommandLine, Action::ViewUsers, |call| {
                                let operator = call.operator("operator");
                                act(&node.accounts().users(&operator, PROVIDER.parse().unwrap())?, id)
                            });
                            called.unwrap()
                        })
                    })
                    .collect();
                threads.into_iter().map(|thread| thread.join().unwrap()).collect()
            });
            let done = outcomes.iter().filter(|each| **each == Changed::Done).count();
            assert_eq!(done, 1, "{outcomes:?}");
            assert!(outcomes.contains(&Changed::LastSuperUser));
            // The next round has two super users again, both of them new.
            let left = if outcomes[0] == Changed::Done { other } else { one };
            let spare = world.add_user(&format!("spare{round}@college.example"), PROVIDER, &[Role::SuperUser]);
            assert_eq!(world.as_operator(|users| users.revoke(left)), Changed::Done);
            world.add_user(&format!("next{round}@college.example"), AWARDING, &[Role::SuperUser]);
            assert_eq!(world.as_operator(|users| users.revoke(spare)), Changed::LastSuperUser, "not another's");
            world.remove_membership(spare);
        }
    });
}

#[test]
fn a_super_users_address_is_personal_and_a_known_person_joins() {
    each_world(|world| {
        let invite = |email: &str, roles: &[Role]| {
            let (email, roles) = new_user(email, roles);
            world.as_operator(|users| {
                users.invite(&NewUser {
                    email: &email,
                    given_name: "Ada",
                    family_name: "Tester",
                    telephone: None,
                    staff_reference: None,
                    identity_check: "Known in person",
                    roles,
                })
            })
        };
        assert!(matches!(invite("Exams@college.example", &[Role::SuperUser]), Invited::SharedMailbox));
        assert!(matches!(invite("exams@college.example", &[Role::Batch]), Invited::Invited { .. }));
        assert!(matches!(invite("exams@college.example", &[Role::Online]), Invited::IsThere));
        assert!(matches!(invite("new@college.example", &[Role::AwardingOrganisation]), Invited::RolesNotAllowed));
        world.add_user(EMAIL, AWARDING, &[Role::AwardingOrganisation]);
        world.messages();
        assert!(matches!(invite(EMAIL, &[Role::Online]), Invited::Joined { .. }));
        assert_eq!(world.messages(), [(MessageKind::Joined, String::new())]);
        let session = world.session(&world.signed_in(EMAIL)).unwrap();
        assert_eq!(session.places.len(), 2);
        let renamed = UserDetails { given_name: "Eve", family_name: "Tester", telephone: None, staff_reference: None };
        assert_eq!(world.as_operator(|users| users.update(session.account_id, &renamed)), Changed::SharedAccount);
    });
}

impl World {
    fn status_of(&self, id: i32) -> UserStatus {
        self.as_operator(|users| Ok(users.find(id)?.unwrap().status))
    }

    fn as_awarding<T>(&self, act: impl FnOnce(&Users<'_>) -> Result<T, Error>) -> T {
        let called = self.service.call(Door::CommandLine, Action::ViewUsers, |call| {
            let operator = call.operator("operator");
            act(&self.service.accounts().users(&operator, AWARDING.parse().unwrap())?)
        });
        called.unwrap()
    }

    /// Signs in when the code's time step is later than the last by itself.
    fn signed_in_after_days(&self, email: &str) {
        let pending = self.pending(email, CHOSEN).unwrap();
        let signed_in = super::signing_in::second_factor(&self.service, &pending, &self.code());
        assert!(matches!(signed_in, SecondFactor::SignedIn(_)));
    }

    fn remove_membership(&self, account_id: i32) {
        let id = self.administration().organisation(PROVIDER.parse().unwrap()).unwrap().id;
        let store = self.service.store();
        store.write(move |store| crate::store::accounts::users::leave(store, id, account_id)).unwrap();
    }
}
