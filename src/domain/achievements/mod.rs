//! Achievements: from the batch in which an awarding organisation reports them to the learning
//! event that others see (rules.md 2.18, 2.19, 5.8, 6.3). What can be achieved is the catalogue's
//! business.

pub mod codes;
mod failed;
mod lifecycle;
mod output;
mod report;
mod row;
mod submit;
mod work;

pub use failed::FailedAchievements;
pub use lifecycle::Done;
pub use output::{AchievedRow, AchievementJob};
pub use report::{Counters, ERROR_FILE_COLUMNS, ErrorFile, ErrorLine, lines};
pub use row::{AchievementRow, format};
pub use submit::{AchievementBatch, AchievementIntake, AchievementSubmission, MOST_ACHIEVEMENTS};
pub(in crate::domain) use work::{Achievements, lock_of};
