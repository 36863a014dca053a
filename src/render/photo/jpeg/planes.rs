//! The components as planes of samples, each at the size the target needs.

use super::super::picture::Layer;
use super::outline::{Component, Outline};
use super::reduced::{Block, Inverse};
use super::tables::ZIGZAG;

/// Where the blocks of one component lie.
#[derive(Debug, Clone, Copy)]
pub(super) struct Grid {
    pub spec: Component,
    /// Blocks that the picture covers, across and down: what a scan of this component alone codes.
    pub covered: (usize, usize),
    /// Blocks in whole MCUs, across and down.
    pub blocks: (usize, usize),
}

impl Grid {
    /// The grid of every component, and the picture's MCUs across and down.
    pub(super) fn of(outline: &Outline<'_>) -> (Vec<Self>, (usize, usize)) {
        let (h_max, v_max) = outline.most();
        let (h_max, v_max) = (usize::from(h_max), usize::from(v_max));
        let (width, height) = (usize::from(outline.width), usize::from(outline.height));
        let mcus = (width.div_ceil(8 * h_max), height.div_ceil(8 * v_max));
        let grids = outline
            .components
            .iter()
            .map(|&spec| {
                let (h, v) = (usize::from(spec.h), usize::from(spec.v));
                Self {
                    spec,
                    covered: (
                        (width * h).div_ceil(8 * h_max),
                        (height * v).div_ceil(8 * v_max),
                    ),
                    blocks: (mcus.0 * h, mcus.1 * v),
                }
            })
            .collect();
        (grids, mcus)
    }
}

/// Samples across a block that there are transforms to, smallest first.
pub(super) const SIZES: [usize; 7] = [1, 2, 3, 4, 5, 6, 8];

/// The samples of one component.
pub(super) struct Plane {
    /// Samples across a block, one of [`SIZES`].
    size: usize,
    stride: usize,
    samples: Vec<u8>,
}

impl Plane {
    /// An empty plane whose blocks are `size` samples across, one of [`SIZES`].
    pub(super) fn new(grid: &Grid, size: usize) -> Self {
        let stride = grid.blocks.0 * size;
        Self {
            size,
            stride,
            samples: vec![0; stride * grid.blocks.1 * size],
        }
    }

    /// The last coefficient, in the order of the codes, that a block's samples are made of.
    pub(super) fn last_coefficient(&self) -> usize {
        let is_used = |place: &u8| {
            let (u, v) = (usize::from(place % 8), usize::from(place / 8));
            u < self.size && v < self.size
        };
        ZIGZAG.iter().rposition(is_used).unwrap_or(0)
    }

    /// Writes the samples of the block at `(x, y)`, in blocks. `flat` says that only the block's
    /// mean is not zero.
    #[inline]
    pub(super) fn write(
        &mut self,
        inverses: &Inverses,
        (x, y): (usize, usize),
        block: &Block,
        steps: &[f32; 64],
        flat: bool,
    ) {
        let stride = self.stride;
        let to = &mut self.samples[y * self.size * stride + x * self.size..];
        macro_rules! write {
            ($inverse:expr) => {
                if flat {
                    $inverse.write_flat(block[0], steps[0], to, stride);
                } else {
                    $inverse.write(block, steps, to, stride);
                }
            };
        }
        match self.size {
            8 => write!(inverses.eight),
            6 => write!(inverses.six),
            5 => write!(inverses.five),
            4 => write!(inverses.four),
            3 => write!(inverses.three),
            2 => write!(inverses.two),
            _ => write!(inverses.one),
        }
    }

    /// The plane as a layer of the picture.
    pub(super) fn into_layer(self, outline: &Outline<'_>, spec: Component) -> Layer {
        let (h_max, v_max) = outline.most();
        let reduced = self.size as f64 / 8.0;
        let along = |pixels: u16, factor: u8, most: u8| {
            f64::from(pixels) * f64::from(factor) / f64::from(most) * reduced
        };
        Layer {
            channels: 1,
            width: self.stride as u32,
            height: (self.samples.len() / self.stride) as u32,
            extent: (
                along(outline.width, spec.h, h_max),
                along(outline.height, spec.v, v_max),
            ),
            samples: self.samples,
        }
    }
}

/// The transforms to every size.
pub(super) struct Inverses {
    eight: Inverse<8, 8>,
    six: Inverse<6, 8>,
    five: Inverse<5, 8>,
    four: Inverse<4, 4>,
    three: Inverse<3, 4>,
    two: Inverse<2, 4>,
    one: Inverse<1, 4>,
}

impl Inverses {
    pub(super) fn new() -> Self {
        Self {
            eight: Inverse::new(),
            six: Inverse::new(),
            five: Inverse::new(),
            four: Inverse::new(),
            three: Inverse::new(),
            two: Inverse::new(),
            one: Inverse::new(),
        }
    }
}
