//! How fast the work goes, and when the target is reached at that pace.

use jiff::ToSpan;
use jiff::civil::Date;
use serde::Serialize;

use super::period::Period;
use super::target::Target;

/// How many of the last whole weeks the pace is taken from: enough that a holiday does not make
/// it, few enough that a new printer shows.
pub const PACE_WEEKS: usize = 8;

/// What was printed in a week.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Week {
    pub monday: Date,
    /// Cards that came out good.
    pub printed: u64,
    /// Of those, the ones that no newer card replaced since: they alone bring the target nearer.
    pub lasting: u64,
}

/// The pace on a day.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Pace {
    pub day: Date,
    /// The weeks, the oldest first; the last one is the day's own.
    pub weeks: Vec<Week>,
    /// Lasting cards in the weeks that the pace is taken from.
    pub recent: u64,
    /// How many weeks those are; 0 before the first whole week with a card.
    pub over: u64,
    /// Children who still lack a card; none without a target.
    pub remaining: Option<u64>,
    /// When none will, at this pace; none without a target or without a pace.
    pub reached: Option<Date>,
    /// Cards a week that reach the target on its day; none without such a day or after it.
    pub needed: Option<u64>,
    pub until: Option<Date>,
}

impl Pace {
    /// Reckons from `weeks`, of which the last one is that of `day`. `children` have a card that
    /// counts. Cards that expire meanwhile are not reckoned with.
    pub fn new(day: Date, weeks: Vec<Week>, children: u64, target: Option<&Target>) -> Self {
        let this_week = Period::week(day);
        let whole: Vec<&Week> = weeks
            .iter()
            .filter(|week| week.monday < this_week.first || day == this_week.last)
            .skip_while(|week| week.printed == 0)
            .collect();
        let last = &whole[whole.len().saturating_sub(PACE_WEEKS)..];
        let recent = last.iter().map(|week| week.lasting).sum();
        let over = last.len() as u64;
        let remaining = target.map(|target| target.jumlah.saturating_sub(children));
        // So many days that the last card falls on the last of them.
        let reached = remaining.and_then(|remaining| {
            let days = (remaining * over * 7).checked_div(recent)?;
            let days = days + u64::from(days * recent < remaining * over * 7);
            day.checked_add(i64::try_from(days).ok()?.days()).ok()
        });
        let until = target.and_then(|target| target.sampai);
        let needed = remaining.zip(until).and_then(|(remaining, until)| {
            let days = u64::try_from(day.until(until).ok()?.get_days()).ok()?;
            (days > 0).then(|| (remaining * 7).div_ceil(days))
        });
        Self {
            day,
            weeks,
            recent,
            over,
            remaining,
            reached,
            needed,
            until,
        }
    }

    /// Cards a week, in the mean; none before the first whole week.
    pub fn per_week(&self) -> Option<f64> {
        (self.over > 0).then(|| self.recent as f64 / self.over as f64)
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use jiff::civil::date;

    use super::*;

    fn weeks(of: &[u64]) -> Vec<Week> {
        let last = date(2026, 11, 23);
        let first = last.saturating_sub((of.len() as i64 - 1).weeks());
        (0..)
            .zip(of)
            .map(|(at, &printed)| Week {
                monday: first.saturating_add(i64::from(at).weeks()),
                printed: printed + 1,
                lasting: printed,
            })
            .collect()
    }

    fn target(jumlah: u64, sampai: Option<Date>) -> Target {
        Target {
            sejak: date(2026, 1, 1),
            sumber: "UJI".into(),
            jumlah,
            sampai,
            kecamatan: BTreeMap::new(),
            desa: BTreeMap::new(),
            sekolah: BTreeMap::new(),
        }
    }

    #[test]
    fn the_pace_is_the_mean_of_the_last_whole_weeks_and_tells_the_day_of_the_target() {
        let tuesday = date(2026, 11, 24);
        let weeks = weeks(&[9_000, 400, 600, 500, 500, 500, 500, 500, 500, 77]);
        let until = date(2027, 1, 12);
        let pace = Pace::new(tuesday, weeks, 42_000, Some(&target(44_000, Some(until))));
        assert_eq!((pace.recent, pace.over), (4_000, 8));
        assert_eq!(pace.per_week(), Some(500.0));
        assert_eq!(pace.remaining, Some(2_000));
        // 2,000 at 500 a week: four weeks.
        assert_eq!(pace.reached, Some(date(2026, 12, 22)));
        // 49 days are seven weeks: 285.7 a week.
        assert_eq!(pace.needed, Some(286));
    }

    #[test]
    fn weeks_before_the_first_card_and_the_running_one_make_no_pace() {
        let tuesday = date(2026, 11, 24);
        let mut new = weeks(&[0, 0, 100, 30]);
        new[0].printed = 0;
        new[1].printed = 0;
        let target = target(1_000, None);
        let pace = Pace::new(tuesday, new.clone(), 130, Some(&target));
        assert_eq!((pace.recent, pace.over), (100, 1));
        assert_eq!(pace.needed, None);
        // 870 at 100 a week: 60.9 days.
        assert_eq!(pace.reached, Some(date(2027, 1, 24)));
        // On its Sunday a week is whole.
        let sunday = Pace::new(date(2026, 11, 29), new.clone(), 130, Some(&target));
        assert_eq!((sunday.recent, sunday.over), (130, 2));
        let none = Pace::new(tuesday, new[..2].to_vec(), 0, Some(&target));
        assert_eq!((none.per_week(), none.reached), (None, None));
        assert_eq!(Pace::new(tuesday, new, 130, None).remaining, None);
    }
}
