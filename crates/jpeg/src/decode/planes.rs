//! The components as planes of samples, each at its own scale.

use super::header::{Component, Header};
use super::idct::Idct;
use crate::block::{Block, ZIGZAG};

/// Where the blocks of one component lie.
#[derive(Debug, Clone, Copy)]
pub(super) struct Grid {
    pub component: Component,
    /// Blocks that the picture covers, across and down: what a scan of this component alone codes.
    pub covered: (usize, usize),
    /// Blocks in whole MCUs, across and down.
    pub blocks: (usize, usize),
}

impl Grid {
    /// The grid of every component, and the picture's MCUs across and down.
    pub(super) fn of(header: &Header<'_>) -> (Vec<Self>, (usize, usize)) {
        let (h_max, v_max) = header.max_sampling();
        let (h_max, v_max) = (usize::from(h_max), usize::from(v_max));
        let (width, height) = (usize::from(header.width), usize::from(header.height));
        let mcus = (width.div_ceil(8 * h_max), height.div_ceil(8 * v_max));
        let grids = header
            .components
            .iter()
            .map(|&component| {
                let (h, v) = (usize::from(component.h), usize::from(component.v));
                Self {
                    component,
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

/// How many samples a block of 8 × 8 becomes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Scale(u8);

impl Scale {
    /// Every sample of the file.
    pub const FULL: Self = Self(8);

    /// All scales, smallest first: 1 to 6 and 8 samples across a block.
    pub const ALL: [Self; 7] = [
        Self(1),
        Self(2),
        Self(3),
        Self(4),
        Self(5),
        Self(6),
        Self::FULL,
    ];

    /// Samples across a block, 1 to 8.
    pub fn block_size(self) -> usize {
        self.0.into()
    }

    /// Samples in the result for each sample in the file, along one side: 1/8 to 1.
    pub fn factor(self) -> f64 {
        f64::from(self.0) / 8.0
    }
}

/// The samples of one component.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Plane {
    /// Samples across, whole MCUs: may be more than the picture covers.
    pub width: u32,
    /// Samples down, whole MCUs.
    pub height: u32,
    /// Size of the whole picture at full scale, in pixels.
    picture: (u16, u16),
    /// Samples of this plane for each pixel of the picture, across and down, as fractions.
    density: [(u8, u8); 2],
    scale: Scale,
    /// `width × height` bytes, row by row.
    pub samples: Vec<u8>,
}

impl Plane {
    /// The part of the plane that the picture covers, from the upper left, in samples across and
    /// down. Not whole where a subsampled or scaled plane ends within a sample.
    pub fn extent(&self) -> (f64, f64) {
        let along = |pixels: u16, (factor, most): (u8, u8)| {
            f64::from(pixels) * f64::from(factor) / f64::from(most) * self.scale.factor()
        };
        (
            along(self.picture.0, self.density[0]),
            along(self.picture.1, self.density[1]),
        )
    }
}

/// A plane that blocks are written into.
pub(super) struct PlaneBuffer {
    scale: Scale,
    stride: usize,
    samples: Vec<u8>,
}

impl PlaneBuffer {
    pub(super) fn new(grid: &Grid, scale: Scale) -> Self {
        let stride = grid.blocks.0 * scale.block_size();
        Self {
            scale,
            stride,
            samples: vec![0; stride * grid.blocks.1 * scale.block_size()],
        }
    }

    /// The zigzag index of the last coefficient that the samples depend on.
    pub(super) fn last_coefficient(&self) -> usize {
        let size = self.scale.block_size();
        let is_used = |position: &u8| {
            let (u, v) = (usize::from(position % 8), usize::from(position / 8));
            u < size && v < size
        };
        ZIGZAG.iter().rposition(is_used).unwrap_or(0)
    }

    /// Writes the samples of the block at `(x, y)`, in blocks. `dc_only` says that no other
    /// coefficient than the DC is set.
    #[inline]
    pub(super) fn write(
        &mut self,
        idcts: &Idcts,
        (x, y): (usize, usize),
        block: &Block,
        quantization: &[f32; 64],
        dc_only: bool,
    ) {
        let (size, stride) = (self.scale.block_size(), self.stride);
        let to = &mut self.samples[y * size * stride + x * size..];
        macro_rules! write {
            ($idct:expr) => {
                if dc_only {
                    $idct.write_dc(block[0], quantization[0], to, stride);
                } else {
                    $idct.write(block, quantization, to, stride);
                }
            };
        }
        match size {
            8 => write!(idcts.eight),
            6 => write!(idcts.six),
            5 => write!(idcts.five),
            4 => write!(idcts.four),
            3 => write!(idcts.three),
            2 => write!(idcts.two),
            _ => write!(idcts.one),
        }
    }

    pub(super) fn into_plane(self, header: &Header<'_>, component: Component) -> Plane {
        let (h_max, v_max) = header.max_sampling();
        Plane {
            width: self.stride as u32,
            height: (self.samples.len() / self.stride) as u32,
            picture: (header.width, header.height),
            density: [(component.h, h_max), (component.v, v_max)],
            scale: self.scale,
            samples: self.samples,
        }
    }
}

/// The transforms to every scale.
pub(super) struct Idcts {
    eight: Idct<8, 8>,
    six: Idct<6, 8>,
    five: Idct<5, 8>,
    four: Idct<4, 4>,
    three: Idct<3, 4>,
    two: Idct<2, 4>,
    one: Idct<1, 4>,
}

impl Idcts {
    pub(super) fn new() -> Self {
        Self {
            eight: Idct::new(),
            six: Idct::new(),
            five: Idct::new(),
            four: Idct::new(),
            three: Idct::new(),
            two: Idct::new(),
            one: Idct::new(),
        }
    }
}
