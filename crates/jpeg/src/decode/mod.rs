//! The decoder.
//!
//! ```text
//! header ──▶ tables, scan ──▶ sequential or progressive ──▶ idct ────▶ planes
//! markers    huffman          lookahead: several codes      scaled     one per
//!            bits             of a block at once            transform  component
//! ```

mod bits;
mod header;
mod huffman;
mod idct;
mod lookahead;
mod planes;
mod progressive;
mod scan;
mod sequential;
mod standard;
mod tables;

pub use header::{ColorModel, Component, Header};
pub use planes::{Plane, Scale};

use crate::Error;
use planes::{Grid, PlaneBuffer};

/// A whole decoded picture.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Picture {
    /// What the components mean.
    pub color_model: ColorModel,
    /// One plane per component, in the order of the frame header.
    pub planes: Vec<Plane>,
}

impl Header<'_> {
    /// Decodes the whole picture. `scale` chooses the scale of each component, by its index in
    /// [`Header::components`].
    ///
    /// # Errors
    /// [`Error::Damaged`] if any part of the picture data is missing or broken, also where the
    /// chosen scale does not need that part.
    pub fn decode(&self, scale: impl Fn(usize) -> Scale) -> Result<Picture, Error> {
        let (grids, mcus) = Grid::of(self);
        let planes = grids
            .iter()
            .enumerate()
            .map(|(index, grid)| PlaneBuffer::new(grid, scale(index)))
            .collect();
        self.decode_into(&grids, mcus, planes)
    }

    /// The part of [`Header::decode`] that is compiled once, in this crate.
    fn decode_into(
        &self,
        grids: &[Grid],
        mcus: (usize, usize),
        mut planes: Vec<PlaneBuffer>,
    ) -> Result<Picture, Error> {
        if self.progressive {
            progressive::decode(self, grids, mcus, &mut planes)?;
        } else {
            sequential::decode(self, grids, mcus, &mut planes)?;
        }
        Ok(Picture {
            color_model: self.color_model(),
            planes: planes
                .into_iter()
                .zip(grids)
                .map(|(plane, grid)| plane.into_plane(self, grid.component))
                .collect(),
        })
    }
}
