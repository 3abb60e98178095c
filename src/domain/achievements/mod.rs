//! Achievements: from the batch or the form in which an awarding organisation reports them to the
//! learning event that others see (rules.md 2.18, 2.19, 5.8, 6.3). What can be achieved is the
//! catalogue's business.

pub mod codes;
mod failed;
mod lifecycle;
mod output;
mod own;
mod report;
mod row;
mod single;
mod submit;
mod work;

pub use failed::FailedAchievements;
pub use output::{AchievedRow, AchievementJob};
pub use own::{AchievementPage, Achievements, Entries, ShownAchievement};
pub use report::{Counters, ERROR_FILE_COLUMNS, ErrorFile, ErrorLine, lines};
pub use row::{AchievementRow, RowTerms, format};
pub use single::{AchievementChange, Acted};
pub use submit::{AchievementBatch, AchievementIntake, AchievementSubmission, MOST_ACHIEVEMENTS};
pub(in crate::domain) use work::{AchievementKind, lock_of};
