use super::*;
use crate::model::{EventSource, EventStatus, LearningEvent};

pub(in crate::domain) fn question(uln: &str) -> RecordQuery<'_> {
    RecordQuery {
        uln,
        claimed: Claimed::names("Adalind", "Testcase"),
        user_type: UserType::Organisation,
        get_type: GetType::Full,
    }
}

pub(in crate::domain) fn event(uln: Uln, source: EventSource, status: EventStatus, subject: &str) -> LearningEvent {
    LearningEvent {
        id: 0,
        uln,
        source,
        status,
        achievement_award_date: NaiveDate::from_ymd_opt(2058, 7, 1),
        achievement_provider_name: String::new(),
        achievement_provider_ukprn: String::new(),
        awarding_organisation_name: Some("Synthetic Awards".to_owned()),
        awarding_organisation_ukprn: Some("100060".to_owned()),
        collection_type: None,
        credits: 3,
        date_loaded: Some(noon()),
        grade: Some("Pass".to_owned()),
        language_for_assessment: None,
        level: None,
        participation_start_date: None,
        participation_end_date: None,
        qualification_type: None,
        restriction: None,
        return_number: None,
        subject: subject.to_owned(),
        subject_code: "600/1166/X".to_owned(),
        under_data_challenge: false,
    }
}

pub(in crate::domain) fn events(world: &World, query: &RecordQuery<'_>) -> RecordAnswer {
    world.call(Action::ViewEvents, |caller| world.service.records().events(caller, query)).unwrap()
}

#[test]
fn a_record_lists_the_events_in_order() {
    each_world(|world| {
        let uln = world.registered(&ada());
        let answer = events(world, &question(uln.as_str()));
        assert_eq!((answer.outcome, answer.events.len(), answer.found_uln), (RecordOutcome::Found, 0, Some(uln)));
        let added = [
            event(uln, EventSource::Ao, EventStatus::Final, "third"),
            event(uln, EventSource::Npd, EventStatus::Provisional, "second"),
            event(uln, EventSource::Ilr, EventStatus::Withdrawn, "withdrawn"),
            event(uln, EventSource::Ilr, EventStatus::Final, "first"),
        ];
        assert_eq!(world.administration().import_events(added.clone()).unwrap(), 4);
        let answer = events(world, &RecordQuery { get_type: GetType::Brief, ..question(uln.as_str()) });
        let subjects: Vec<_> = answer.events.iter().map(|event| event.subject.as_str()).collect();
        assert_eq!((subjects, answer.get_type), (vec!["first", "second", "third"], GetType::Brief));
        let mut stored = answer.events[2].clone();
        assert!(stored.id > 0);
        stored.id = 0;
        assert_eq!(stored, added[0]);
    });
}

#[test]
fn who_may_see_a_record() {
    each_world(|world| {
        let refusing = world.registered(&ada().with(Field::AbilityToShare, "2"));
        let unseen =
            world.registered(&ada().with(Field::AbilityToShare, "0").with(Field::LastKnownPostCode, "CV4 9EF"));
        world
            .administration()
            .import_events([refusing, unseen].map(|uln| event(uln, EventSource::Ao, EventStatus::Final, "x")))
            .unwrap();
        for uln in [refusing, unseen] {
            let answer = events(world, &question(uln.as_str()));
            assert_eq!((answer.outcome.code(), answer.found_uln, answer.events.len()), ("WSEC0206", Some(uln), 0));
            let own = events(world, &RecordQuery { user_type: UserType::Learner, ..question(uln.as_str()) });
            assert_eq!((own.outcome, own.events.len()), (RecordOutcome::Found, 1));
        }
        let shared = events(world, &RecordQuery { user_type: UserType::Service, ..question(unseen.as_str()) });
        assert_eq!(shared.outcome, RecordOutcome::NotShared);

        let lenient = RuleSettings { unseen_notice_blocks: false, ..RuleSettings::default() };
        let service = Service::new(world.service.database(), lenient, world.clock.clone());
        world.call(Action::ViewEvents, |caller| {
            let outcome = |uln: Uln| service.records().events(caller, &question(uln.as_str())).unwrap().outcome;
            assert_eq!(outcome(unseen), RecordOutcome::Found);
            assert_eq!(outcome(refusing), RecordOutcome::NotShared);
        });
    });
}

#[test]
fn a_record_needs_the_right_details() {
    each_world(|world| {
        let text = world.registered(&ada()).to_string();
        let right = question(&text);
        for wrong in [
            RecordQuery { uln: "1000000000", ..right },
            RecordQuery { claimed: Claimed::names("Piet", "Zwart"), ..right },
            RecordQuery { claimed: right.claimed.born(Some("2004-02-04"), None), ..right },
            RecordQuery { claimed: right.claimed.born(None, Some("1")), ..right },
        ] {
            let answer = events(world, &wrong);
            assert_eq!((answer.outcome.code(), answer.found_uln), ("WSEC0208", None));
        }
        for uln in ["1026893097", "9999999999", ""] {
            assert_eq!(events(world, &RecordQuery { uln, ..right }).outcome.code(), "WSEC0136");
        }
        let similar = Claimed::names("Adalynd", "Testcase").born(Some("2004-02-03"), Some("2"));
        let known = RecordQuery { claimed: similar, ..right };
        assert_eq!(events(world, &known).outcome, RecordOutcome::Found);
    });
}

#[test]
fn a_merged_number_opens_the_master_record() {
    each_world(|world| {
        let merged = world.registered(&ada());
        let master = world.registered(&ada().with(Field::LastKnownPostCode, "CV4 9EF"));
        world
            .administration()
            .import_events([merged, master].map(|uln| event(uln, EventSource::Ao, EventStatus::Final, "x")))
            .unwrap();
        world.merge(merged, master);
        let answer = events(world, &question(merged.as_str()));
        assert_eq!((answer.outcome.code(), answer.found_uln, answer.events.len()), ("WSRC0022", Some(master), 2));
    });
}

#[test]
fn the_record_with_personal_details() {
    each_world(|world| {
        let text = world.registered(&ada()).to_string();
        let query = LearnerRecordQuery {
            uln: &text,
            claimed: Claimed::names("Adalind", "Testcase"),
            postcode: Some("cv49ee"),
            user_type: UserType::Organisation,
        };
        let ask = |query| {
            world.call(Action::ViewRecord, |caller| world.service.records().with_learner(caller, &query)).unwrap()
        };
        let record = ask(query);
        assert_eq!((record.outcome, record.learner.unwrap().uln.to_string()), (RecordOutcome::Found, text.clone()));
        assert_eq!(ask(LearnerRecordQuery { postcode: Some(""), ..query }).outcome, RecordOutcome::Found);
        for postcode in ["LU4 9QX", "nowhere"] {
            let refused = ask(LearnerRecordQuery { postcode: Some(postcode), ..query });
            assert_eq!((refused.outcome, refused.learner), (RecordOutcome::NotVerified, None));
        }
    });
}

#[test]
fn a_learner_whom_a_person_found_is_shown_as_to_the_web_service() {
    each_world(|world| {
        let text = |share| ada().with(Field::AbilityToShare, share).with(Field::LastKnownPostCode, "CV4 9EF");
        let master = world.registered(&ada());
        let merged = world.registered(&text("1"));
        world.merge(merged, master);
        let refusing = world.registered(&ada().with(Field::GivenName, "Beatrix").with(Field::AbilityToShare, "2"));
        let unseen = world.registered(&ada().with(Field::GivenName, "Cordula").with(Field::AbilityToShare, "0"));
        let deleted = world.registered(&ada().with(Field::GivenName, "Drusilla"));
        world.delete(deleted);
        let events = [master, merged, refusing, unseen].map(|uln| event(uln, EventSource::Ao, EventStatus::Final, "x"));
        world.administration().import_events(events).unwrap();
        for (uln, given_name, code, shown) in [
            (master, "Adalind", "WSRC0004", 2),
            (merged, "Adalind", "WSRC0022", 2),
            (refusing, "Beatrix", "WSEC0206", 0),
            (unseen, "Cordula", "WSEC0206", 0),
            (deleted, "Drusilla", "WSEC0208", 0),
        ] {
            let claimed = Claimed::names(given_name, "Testcase");
            let query =
                LearnerRecordQuery { uln: uln.as_str(), claimed, postcode: None, user_type: UserType::Organisation };
            let [asked, known] = world.call(Action::ViewRecord, |caller| {
                let records = world.service.records();
                [records.with_learner(caller, &query).unwrap(), records.view(caller, uln).unwrap()]
            });
            assert_eq!((known.outcome.code(), known.events.len()), (code, shown));
            assert_eq!((asked.outcome, &asked.events), (known.outcome, &known.events));
            assert_eq!((&asked.learner, asked.sharing), (&known.learner, known.sharing));
            let lines = world.trail(if uln == merged { master } else { uln });
            assert_eq!(lines[0], lines[1], "both leave the same line");
        }
        let seen =
            |uln| world.call(Action::ViewAudit, |caller| world.service.audit().view_known(caller, uln, 1)).unwrap();
        assert_eq!((seen(merged).total_items, seen(master).total_items), (4, 4));
        assert_eq!((seen(refusing).total_items, seen(deleted).total_items), (0, 0));
        let refused =
            world.call_as(AWARDING, Action::ViewRecord, |caller| world.service.records().view(caller, master));
        assert!(matches!(refused, Err(Error::InsufficientAccess)));
    });
}

#[test]
fn the_audit_shows_who_saw_a_record() {
    each_world(|world| {
        let uln = world.registered(&ada());
        let text = uln.to_string();
        let audit = |query: AuditQuery<'_>| {
            world.call(Action::ViewAudit, |caller| world.service.audit().view(caller, &query)).unwrap()
        };
        let query = AuditQuery { uln: &text, given_name: "Adalind", family_name: "Testcase", page: 1 };
        assert_eq!((audit(query).total_items, audit(query).page_count), (0, 0));
        for _ in 0..12 {
            world.clock.advance(TimeDelta::minutes(1));
            events(world, &question(&text));
        }
        events(world, &RecordQuery { claimed: Claimed::names("Piet", "Zwart"), ..question(&text) });
        world.find(&text, "Testcase", "Adalind");

        let first = audit(query);
        assert_eq!((first.total_items, first.page_count, first.page_index, first.page_size), (12, 2, 1, 10));
        assert_eq!(first.entries.len(), 10);
        assert_eq!(first.entries[0].at, noon() + TimeDelta::minutes(12));
        assert_eq!(first.entries[0].action, "view-events");
        assert_eq!(first.entries[0].organisation, "Synthetic College");
        assert_eq!(first.entries[0].user_name, "A. Tester");
        assert_eq!(audit(AuditQuery { page: 2, ..query }).entries.len(), 2);
        assert_eq!(audit(AuditQuery { page: 3, ..query }).entries.len(), 0);
        assert_eq!(audit(AuditQuery { page: -7, ..query }).page_index, 1);
        assert_eq!(audit(AuditQuery { given_name: "Piet", family_name: "Zwart", ..query }).total_items, 0);
        assert_eq!(audit(AuditQuery { uln: "1000000000", ..query }).total_items, 0);
    });
}
