//! How people read a learning record: by year and origin, units under their qualification, with
//! totals of credits. Pure: it arranges events, and knows neither store nor clock.

use chrono::{Datelike, NaiveDate};

use crate::model::{EventSource, EventStatus, LearningEvent};

/// The month in which an academic year begins: September (our choice).
const FIRST_MONTH: u32 = 9;

/// Where an event came from, as people ask for it: the sources of awarding organisations are one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Origin {
    /// An awarding organisation.
    Awarding,
    /// The individualised learner record.
    Ilr,
    /// The national pupil database.
    Npd,
}

/// Which events of a record are wanted; `None` wants all.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct ListingFilter {
    /// The academic year, by the calendar year in which it began.
    pub year: Option<i32>,
    /// The origin.
    pub origin: Option<Origin>,
    /// Only what is final, or only what is provisional.
    pub status: Option<EventStatus>,
}

/// Credits, summed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Credits {
    /// Of final events.
    pub achieved: i64,
    /// Of provisional events.
    pub provisional: i64,
}

/// An event of the listing, with the units below it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Listed<'e> {
    /// The academic year, by the calendar year in which it began; `None` if the event has no date.
    pub year: Option<i32>,
    /// The origin.
    pub origin: Origin,
    /// The event.
    pub event: &'e LearningEvent,
    /// The units of this qualification.
    pub units: Vec<&'e LearningEvent>,
}

/// A learning record, arranged.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Listing<'e> {
    /// The events that the filter wants: the latest year first, then by origin and date.
    pub events: Vec<Listed<'e>>,
    /// The years of all events, the latest first, whatever the filter.
    pub years: Vec<i32>,
    /// The origins of all events, whatever the filter.
    pub origins: Vec<Origin>,
    /// The credits of what the filter wants.
    pub credits: Credits,
    /// The same by level, in the order of the levels' names.
    pub credits_by_level: Vec<(&'e str, Credits)>,
}

impl Origin {
    /// All of them, in the order in which they are listed.
    pub const ALL: &'static [Self] = &[Self::Awarding, Self::Ilr, Self::Npd];

    /// The origin of a source.
    pub const fn of(source: EventSource) -> Self {
        match source {
            EventSource::Ao | EventSource::Qcfu | EventSource::Qcfq => Self::Awarding,
            EventSource::Ilr => Self::Ilr,
            EventSource::Npd => Self::Npd,
        }
    }
}

/// The day by which an event is listed: that of its award, else the end or the beginning of the
/// participation.
pub fn listing_day(event: &LearningEvent) -> Option<NaiveDate> {
    event.achievement_award_date.or(event.participation_end_date).or(event.participation_start_date)
}

/// The academic year of a day, September to August, by the calendar year in which it began (our
/// choice: results of the summer belong to the year that ends).
fn academic_year(day: NaiveDate) -> i32 {
    if day.month() < FIRST_MONTH { day.year() - 1 } else { day.year() }
}

impl<'e> Listing<'e> {
    /// Arranges the events of a record.
    pub fn of(events: &'e [LearningEvent], filter: &ListingFilter) -> Self {
        let year_of = |event: &LearningEvent| listing_day(event).map(academic_year);
        let wanted = |event: &LearningEvent| {
            filter.year.is_none_or(|year| year_of(event) == Some(year))
                && filter.origin.is_none_or(|origin| Origin::of(event.source) == origin)
                && filter.status.is_none_or(|status| event.status == status)
        };
        let mut listed: Vec<Listed<'e>> = Vec::new();
        let mut units: Vec<&'e LearningEvent> = Vec::new();
        for event in events.iter().filter(|event| wanted(event)) {
            if event.source == EventSource::Qcfu {
                units.push(event);
            } else {
                listed.push(Listed {
                    year: year_of(event),
                    origin: Origin::of(event.source),
                    event,
                    units: Vec::new(),
                });
            }
        }
        for unit in units {
            match qualification_of(unit, &mut listed) {
                Some(qualification) => qualification.units.push(unit),
                None => {
                    let (year, origin) = (year_of(unit), Origin::of(unit.source));
                    listed.push(Listed { year, origin, event: unit, units: Vec::new() });
                }
            }
        }
        listed.sort_by_key(|each| {
            let newest_first = std::cmp::Reverse((each.year, listing_day(each.event)));
            (std::cmp::Reverse(each.year), each.origin, newest_first, each.event.id)
        });
        let mut years: Vec<i32> = events.iter().filter_map(year_of).collect();
        years.sort_unstable_by(|a, b| b.cmp(a));
        years.dedup();
        let mut origins: Vec<Origin> = events.iter().map(|event| Origin::of(event.source)).collect();
        origins.sort_unstable();
        origins.dedup();
        let (credits, credits_by_level) = totals(events.iter().filter(|event| wanted(event)));
        Self { events: listed, years, origins, credits, credits_by_level }
    }
}

/// The qualification to which a unit belongs: the one that the same awarding organisation awarded
/// on the same day at the same level. The register has no list of a qualification's units, so a
/// unit for which there are several stands by itself (our choice).
fn qualification_of<'l, 'e>(unit: &LearningEvent, listed: &'l mut [Listed<'e>]) -> Option<&'l mut Listed<'e>> {
    let fits = |each: &Listed<'_>| {
        matches!(each.event.source, EventSource::Qcfq | EventSource::Ao)
            && each.event.awarding_organisation_ukprn == unit.awarding_organisation_ukprn
            && each.event.achievement_award_date.is_some()
            && each.event.achievement_award_date == unit.achievement_award_date
            && each.event.level == unit.level
    };
    if listed.iter().filter(|each| fits(each)).count() != 1 {
        return None;
    }
    listed.iter_mut().find(|each| fits(each))
}

fn totals<'e>(events: impl Iterator<Item = &'e LearningEvent>) -> (Credits, Vec<(&'e str, Credits)>) {
    let mut all = Credits::default();
    let mut by_level = std::collections::BTreeMap::<&str, Credits>::new();
    for event in events.filter(|event| event.credits > 0) {
        all.add(event);
        by_level.entry(event.level.as_deref().unwrap_or_default()).or_default().add(event);
    }
    (all, by_level.into_iter().collect())
}

impl Credits {
    fn add(&mut self, event: &LearningEvent) {
        let sum = match event.status {
            EventStatus::Final => &mut self.achieved,
            // What has no grade yet is an entry (rules.md 6.3).
            EventStatus::Provisional if event.grade.is_some() => &mut self.provisional,
            EventStatus::Provisional | EventStatus::Withdrawn => return,
        };
        *sum = sum.saturating_add(event.credits);
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::indexing_slicing)]

    use super::*;

    fn event(id: i32, source: EventSource, day: &str, credits: i64) -> LearningEvent {
        LearningEvent {
            id,
            uln: "1000000000".parse().unwrap(),
            source,
            status: EventStatus::Final,
            achievement_award_date: day.parse().ok(),
            achievement_provider_name: String::new(),
            achievement_provider_ukprn: String::new(),
            awarding_organisation_name: Some("Synthetic Awards".to_owned()),
            awarding_organisation_ukprn: Some("TEST0045".to_owned()),
            collection_type: None,
            credits,
            date_loaded: None,
            grade: Some("Pass".to_owned()),
            language_for_assessment: None,
            level: Some("Level 2".to_owned()),
            participation_start_date: None,
            participation_end_date: None,
            qualification_type: None,
            restriction: None,
            return_number: None,
            subject: "Synthetic studies".to_owned(),
            subject_code: "600/1166/X".to_owned(),
            under_data_challenge: false,
        }
    }

    #[test]
    fn the_year_of_a_summer_is_the_one_that_ends() {
        let year = |day: &str| academic_year(day.parse().unwrap());
        assert_eq!((year("2014-08-31"), year("2014-09-01"), year("2015-01-01")), (2013, 2014, 2014));
    }

    #[test]
    fn events_stand_by_year_origin_and_date() {
        let dateless = LearningEvent { achievement_award_date: None, ..event(6, EventSource::Ilr, "", 0) };
        let by_participation =
            LearningEvent { participation_end_date: "2015-07-31".parse().ok(), ..event(5, EventSource::Ilr, "", 0) };
        let events = [
            event(1, EventSource::Npd, "2014-07-01", 0),
            event(2, EventSource::Ao, "2014-07-01", 0),
            event(3, EventSource::Ao, "2014-08-21", 0),
            by_participation,
            dateless,
        ];
        let listing = Listing::of(&events, &ListingFilter::default());
        let order: Vec<_> = listing.events.iter().map(|each| (each.year, each.event.id)).collect();
        assert_eq!(order, [(Some(2014), 5), (Some(2013), 3), (Some(2013), 2), (Some(2013), 1), (None, 6)]);
        assert_eq!((listing.years, listing.origins.len()), (vec![2014, 2013], 3));
        let only = ListingFilter { year: Some(2013), origin: Some(Origin::Npd), status: None };
        assert_eq!(Listing::of(&events, &only).events.len(), 1);
    }

    #[test]
    fn a_unit_stands_under_the_one_qualification_that_fits() {
        let qualification = event(1, EventSource::Qcfq, "2024-07-01", 0);
        let (unit, elsewhere) =
            (event(2, EventSource::Qcfu, "2024-07-01", 3), event(3, EventSource::Qcfu, "2024-07-02", 4));
        let events = [qualification.clone(), unit.clone(), elsewhere.clone()];
        let listing = Listing::of(&events, &ListingFilter::default());
        let shown: Vec<_> = listing.events.iter().map(|each| (each.event.id, each.units.len())).collect();
        assert_eq!(shown, [(3, 0), (1, 1)]);
        let another = LearningEvent { id: 4, ..qualification };
        let events = [events[0].clone(), unit, another];
        assert!(Listing::of(&events, &ListingFilter::default()).events.iter().all(|each| each.units.is_empty()));
    }

    #[test]
    fn credits_are_summed_by_level_and_state() {
        let provisional =
            LearningEvent { status: EventStatus::Provisional, ..event(2, EventSource::Qcfu, "2024-07-01", 4) };
        let other = LearningEvent { level: Some("Level 3".to_owned()), ..event(3, EventSource::Qcfu, "2023-07-01", 5) };
        let events = [event(1, EventSource::Qcfu, "2024-07-01", 3), provisional, other];
        let listing = Listing::of(&events, &ListingFilter::default());
        assert_eq!(listing.credits, Credits { achieved: 8, provisional: 4 });
        assert_eq!(listing.credits_by_level[1], ("Level 3", Credits { achieved: 5, provisional: 0 }));
        let year = ListingFilter { year: Some(2022), ..ListingFilter::default() };
        assert_eq!(Listing::of(&events, &year).credits.achieved, 5);
    }
}
