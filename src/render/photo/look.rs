//! What a picture shows, as far as a rule needs it: anything at all, and which cloth behind.

use super::scale::{Small, to_rgb};
use super::{Background, Fault};

/// Blocks across and down in which contrast is judged; averages over a block drown the sensor's
/// noise.
const BLOCKS: usize = 16;

/// The least standard deviation of the blocks' luma, of 255, once even shading is taken away.
/// Plain cloth in uneven light stays below 2; a head before a cloth is above 20.
const LEAST_CONTRAST: f64 = 2.5;

/// The share of the height that, grey to the last row, betrays a broken upload.
const GREY_SHARE: f64 = 0.1;

/// Refuses a picture without contrast, and one whose lower part is the plain grey that decoders
/// leave where data is missing. The picture must not be turned yet: data end at the bottom of the
/// file, not of the child.
pub(super) fn refuse_blank(small: &Small) -> Result<(), Fault> {
    if contrast(small) < LEAST_CONTRAST {
        return Err(Fault::Blank("one colour"));
    }
    let grey = |plane: &[u8]| plane.iter().all(|sample| sample.abs_diff(128) <= 1);
    let half = small.half_width();
    let grey_rows = small
        .luma
        .chunks_exact(small.width as usize)
        .enumerate()
        .rev()
        .take_while(|(y, row)| {
            let colour = y / 2 * half..(y / 2 + 1) * half;
            grey(row)
                && small
                    .colour
                    .iter()
                    .all(|plane| grey(&plane[colour.clone()]))
        })
        .count();
    if grey_rows as f64 > f64::from(small.height) * GREY_SHARE {
        return Err(Fault::Blank("plain grey below"));
    }
    Ok(())
}

/// Standard deviation of luma over blocks, less the plane that fits them best: a plain cloth lit
/// from one side is blank too.
fn contrast(small: &Small) -> f64 {
    let (w, h) = (small.width as usize, small.height as usize);
    let (across, down) = (BLOCKS.min(w), BLOCKS.min(h));
    let (columns, rows) = (edges(w, across), edges(h, down));
    let mut means = Vec::with_capacity(across * down);
    for (top, bottom) in rows {
        let band = &small.luma[top * w..bottom * w];
        for &(left, right) in &columns {
            let sum: u32 = band
                .chunks_exact(w)
                .flat_map(|row| &row[left..right])
                .map(|sample| u32::from(*sample))
                .sum();
            means.push(f64::from(sum) / ((right - left) * (bottom - top)) as f64);
        }
    }
    let blocks = means.len() as f64;
    let mean = means.iter().sum::<f64>() / blocks;
    // Positions are centred on zero, so the slopes of the plane are independent of each other
    // and of the mean.
    let at = |i: usize| {
        (
            (i % across) as f64 - (across - 1) as f64 / 2.0,
            (i / across) as f64 - (down - 1) as f64 / 2.0,
        )
    };
    let (mut xm, mut ym, mut xx, mut yy) = (0.0, 0.0, 0.0, 0.0);
    for (i, m) in means.iter().enumerate() {
        let (x, y) = at(i);
        xm += x * m;
        ym += y * m;
        xx += x * x;
        yy += y * y;
    }
    let slope = |m: f64, square: f64| if square > 0.0 { m / square } else { 0.0 };
    let (along, downwards) = (slope(xm, xx), slope(ym, yy));
    let residue: f64 = means
        .iter()
        .enumerate()
        .map(|(i, m)| {
            let (x, y) = at(i);
            (m - mean - along * x - downwards * y).powi(2)
        })
        .sum();
    (residue / blocks).sqrt()
}

/// Where each of `parts` nearly equal parts of a length begins and ends.
fn edges(length: usize, parts: usize) -> Vec<(usize, usize)> {
    let edge = |n: usize| n * length / parts;
    (0..parts).map(|n| (edge(n), edge(n + 1))).collect()
}

/// Judges the cloth by the mean colour of the two upper corners.
pub(super) fn background(upright: &Small) -> Background {
    let corners = |plane: &[u8], width: usize| {
        let height = plane.len() / width;
        let (across, down) = ((width / 8).max(1), (height / 10).max(1));
        let sum: u64 = plane
            .chunks_exact(width)
            .take(down)
            .flat_map(|row| row[..across].iter().chain(&row[width - across..]))
            .map(|sample| u64::from(*sample))
            .sum();
        (sum / (2 * across * down) as u64) as u8
    };
    let [cb, cr] = upright
        .colour
        .each_ref()
        .map(|plane| corners(plane, upright.half_width()));
    let y = corners(&upright.luma, upright.width as usize);
    let [r, g, b] = to_rgb([y, cb, cr]).map(f64::from);
    let (most, least) = (r.max(g).max(b), r.min(g).min(b));
    let saturation = (most - least) / most.max(1.0);
    if most < 50.0 || saturation < 0.35 {
        return Background::Other;
    }
    let hue = if most == r {
        60.0 * (g - b) / (most - least)
    } else if most == g {
        60.0 * (b - r) / (most - least) + 120.0
    } else {
        60.0 * (r - g) / (most - least) + 240.0
    };
    match hue {
        -30.0..=20.0 => Background::Red,
        190.0..=260.0 => Background::Blue,
        _ => Background::Other,
    }
}
