//! How many rows a batch takes, so that its transaction lasts between 50 and 200 ms: long enough to make the commit
//! cheap, short enough to stop soon and to hold no lock for long.

/// A batch that is faster grows.
pub const LEAST_US: u64 = 50_000;
/// What is aimed at.
pub const AIM_US: u64 = 100_000;
/// A batch that is slower is halved at least.
pub const MOST_US: u64 = 200_000;
/// What a run begins with when it knows nothing: a slow sink is found out within one batch of this size.
pub const FIRST: u64 = 1_000;

/// The size of a run's first batch, at most `limit`.
#[must_use]
pub fn first(limit: u64) -> u64 {
    FIRST.clamp(1, limit.max(1))
}

/// The size of the next batch, between 1 and `limit`.
///
/// - slower than 200 ms: what would have taken 100 ms, but at most the half and at least an eighth;
/// - faster than 50 ms: what would take 100 ms, but at most four times as many. Five batches lead from 1,000 rows to
///   any size that matters;
/// - in between: a quarter of the way to what would take 100 ms, so that one odd batch changes little;
/// - a batch that got less than half of what it asked for (the source is at its end, or gives small pages) says nothing
///   about a larger one: the size stays, unless it was slow.
///
/// `size` is what was asked for, `rows` what the transaction took, in `took_us` microseconds.
#[must_use]
pub fn next(size: u64, rows: u64, took_us: u64, limit: u64) -> u64 {
    let limit = limit.max(1);
    let size = size.clamp(1, limit);
    if rows == 0 {
        return size;
    }
    // At the speed of this batch.
    let ideal = u128::from(rows) * u128::from(AIM_US) / u128::from(took_us.max(1));
    let ideal = u64::try_from(ideal).unwrap_or(u64::MAX);
    let next = if took_us > MOST_US {
        ideal.clamp(rows.min(size).div_ceil(8), rows.min(size).div_ceil(2))
    } else if rows < size.div_ceil(2) {
        size
    } else if took_us < LEAST_US {
        ideal.clamp(size, size.saturating_mul(4))
    } else if ideal > size {
        size.saturating_add((ideal - size) / 4)
    } else {
        size - (size - ideal) / 4
    };
    next.clamp(1, limit)
}

/// How many rows the sink takes in a millisecond, for estimates of what is left.
#[must_use]
pub fn rows_per_ms(rows: u64, took_us: u64) -> f64 {
    rows as f64 * 1_000.0 / took_us.max(1) as f64
}

/// The rate so far (None before the first batch) with one more batch in it, which counts for a fifth.
#[must_use]
pub fn learnt(rate: Option<f64>, rows: u64, took_us: u64) -> f64 {
    let newest = rows_per_ms(rows, took_us);
    rate.map_or(newest, |rate| rate + (newest - rate) / 5.0)
}
