//! Reports of problems with ULNs on both databases: who may, what is said, and who sees them.

#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing)]

use super::*;
use crate::domain::desk::Closed;
use crate::domain::tests::ada;
use crate::domain::verification::Claimed;
use crate::domain::{Account, Action, Role};
use crate::model::Door;
use crate::test_world::{AWARDING, PROVIDER, World, each_world};

impl World {
    fn by_user<T>(
        &self,
        ukprn: &str,
        role: Role,
        action: Action,
        act: impl FnOnce(&Caller<'_>) -> Result<T, Error>,
    ) -> Result<T, Error> {
        self.service.call(Door::Portal, action, |call| {
            let roles = [role].into_iter().collect();
            let account = Account { id: 7, name: "A. User" };
            let organisations = self.service.organisations();
            act(&organisations.signed_in(call, ukprn.parse().unwrap(), account, roles)?)
        })
    }

    fn report(&self, ukprn: &str, role: Role, uln: Uln, family: &str) -> Result<Reported, Error> {
        let new = NewUlnProblem {
            kind: UlnProblemKind::CreatedIncorrectly,
            learner: VerifyQuery { uln: Some(uln), claimed: Claimed::names("Adalind", family) },
            other: "1000000000".parse().ok(),
            explanation: "She has another number.".parse().unwrap(),
        };
        let problems = self.service.uln_problems();
        self.by_user(ukprn, role, Action::ReportUlnProblem, |caller| problems.report(caller, &new))
    }
}

#[test]
fn a_report_is_a_case_and_its_outcome_comes_back() {
    each_world(|world| {
        let uln = world.registered(&ada());
        assert_eq!(world.report(AWARDING, Role::AwardingOrganisation, uln, "Other").unwrap(), Reported::NotFound);
        let reported = world.report(AWARDING, Role::AwardingOrganisation, uln, "Testcase").unwrap();
        let Reported::Reported(number) = reported else { panic!("{reported:?}") };
        assert!(world.trail(uln).contains(&("report-uln-problem".to_owned(), format!("case {number}"))));
        let (problems, desk) = (world.service.uln_problems(), world.service.desk());
        let own =
            |ukprn, role| world.by_user(ukprn, role, Action::ViewUlnProblems, |caller| problems.own(caller)).unwrap();
        assert!(own(PROVIDER, Role::Online).is_empty(), "another organisation sees nothing");
        assert_eq!(own(AWARDING, Role::AwardingOrganisation)[0].number, number);

        let find = |role, number| {
            world.by_user(PROVIDER, role, Action::ViewUlnProblems, |caller| problems.find(caller, number))
        };
        assert!(matches!(find(Role::SuperUser, number), Err(Error::InsufficientAccess)));
        let (problem, case, _) = find(Role::ServiceDesk, number).unwrap().unwrap();
        assert_eq!((problem.uln, problem.explanation.as_str()), (uln, "She has another number."));
        assert_eq!((case.kind, case.summary.as_str()), (CaseKind::UlnProblem, "A ULN was created incorrectly"));
        assert!(find(Role::ServiceDesk, number + 1).unwrap().is_none());

        let advice = "The two numbers are merged.".parse().unwrap();
        let closed = world
            .by_user(PROVIDER, Role::ServiceDesk, Action::RectifyCase, |caller| desk.rectify(caller, number, &advice));
        assert_eq!(closed.unwrap(), Closed::Rectified);
        let outcome = own(AWARDING, Role::AwardingOrganisation).remove(0).rectified.unwrap();
        assert_eq!(outcome.advice.as_str(), "The two numbers are merged.");
    });
}

#[test]
fn the_desk_sees_records_of_any_status() {
    each_world(|world| {
        let uln = world.registered(&ada());
        world.delete(uln);
        let linking = world.service.linking();
        let record = |role| world.by_user(PROVIDER, role, Action::ViewLinks, |caller| linking.record(caller, uln));
        assert!(matches!(record(Role::Online), Err(Error::InsufficientAccess)));
        let record = record(Role::ServiceDesk).unwrap().unwrap();
        assert_eq!((record.learner.uln, record.events, record.linked_ulns.len()), (uln, 0, 0));
        assert_eq!(world.report(PROVIDER, Role::Online, uln, "Testcase").unwrap(), Reported::NotFound);
    });
}
