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
    let grey_rows = small
        .pixels
        .chunks_exact(small.width as usize)
        .rev()
        .take_while(|row| {
            row.iter()
                .all(|pixel| pixel.iter().all(|c| c.abs_diff(128) <= 1))
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
    let mut sums = vec![(0u64, 0u64); across * down];
    for (y, row) in small.pixels.chunks_exact(w).enumerate() {
        for (x, pixel) in row.iter().enumerate() {
            let (sum, count) = &mut sums[(y * down / h) * across + x * across / w];
            *sum += u64::from(pixel[0]);
            *count += 1;
        }
    }
    let means: Vec<f64> = sums.iter().map(|&(s, n)| s as f64 / n as f64).collect();
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

/// Judges the cloth by the mean colour of the two upper corners.
pub(super) fn background(upright: &Small) -> Background {
    let w = upright.width as usize;
    let (across, down) = ((w / 8).max(1), (upright.height as usize / 10).max(1));
    let mut sum = [0u64; 3];
    for row in upright.pixels.chunks_exact(w).take(down) {
        for pixel in row[..across].iter().chain(&row[w - across..]) {
            for (total, c) in sum.iter_mut().zip(pixel) {
                *total += u64::from(*c);
            }
        }
    }
    let count = (2 * across * down) as u64;
    let [r, g, b] = to_rgb(sum.map(|total| (total / count) as u8)).map(f64::from);
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
