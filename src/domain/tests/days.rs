//! Rules about dates use the date in London, an hour ahead of UTC in summer (rules.md 4.0).

use super::achievements::{achievement, import_catalogue, process};
use super::*;

/// Half past midnight on the first of September in London; in UTC it is still August.
fn after_midnight() -> Timestamp {
    NaiveDate::from_ymd_opt(2025, 8, 31).unwrap().and_hms_opt(23, 30, 0).unwrap()
}

fn each_world_after_midnight(test: impl Fn(&World)) {
    each_world(|world| {
        world.clock.advance(after_midnight() - noon());
        test(world);
    });
}

#[test]
fn a_birthday_begins_at_midnight_in_london() {
    each_world_after_midnight(|world| {
        let born = |date_of_birth| ada().with(Field::DateOfBirth, date_of_birth);
        world.registered(&born("2012-09-01"));
        assert_eq!(world.register(&born("2012-09-02")), Registered::Refused(NotRegistered::OutsideAge));
    });
}

#[test]
fn an_award_of_the_day_in_london_is_not_in_the_future() {
    each_world_after_midnight(|world| {
        import_catalogue(world);
        let uln = world.registered(&ada());
        let awarded = |day| vec![achievement(uln, &[("AchievementAwardDate", day), ("ActionDate", day)])];
        assert_eq!(process(world, "FINAL", awarded("2025-09-01"), 10).1, []);
        let (_, errors) = process(world, "FINAL", awarded("2025-09-02"), 10);
        assert_eq!(errors.iter().map(|(_, code)| code.as_str()).collect::<Vec<_>>(), ["B006"]);
    });
}

#[test]
fn a_month_of_the_service_begins_at_midnight_in_london() {
    each_world_after_midnight(|world| {
        let calls = [service_levels::FunctionMinute { function: "LearnerByULN", answered: 1, failed: 0 }];
        world.service.status().note_minute(&calls).unwrap();
        world.clock.advance(TimeDelta::minutes(1));
        let answered = |day: NaiveDate| {
            let month = world.service.status().month(day).unwrap();
            (month.functions.iter().map(|each| each.answered).sum::<i64>(), month.measured_minutes)
        };
        assert_eq!(answered(NaiveDate::from_ymd_opt(2025, 8, 15).unwrap()), (0, 0));
        assert_eq!(answered(NaiveDate::from_ymd_opt(2025, 9, 15).unwrap()), (1, 1));

        let recent = || world.service.status().recent_months().unwrap();
        let first = recent();
        let months: Vec<_> = first.iter().map(|month| month.month).collect();
        assert_eq!(months, [NaiveDate::from_ymd_opt(2025, 9, 1).unwrap()], "nothing was measured before");
        world.service.status().note_minute(&calls).unwrap();
        assert_eq!(recent(), first, "kept for a minute");
        world.clock.advance(TimeDelta::minutes(1));
        assert_eq!(recent()[0].functions[0].answered, 2);
    });
}
