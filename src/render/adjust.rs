//! What calibration asks of a side, so that the card comes out straight.

use kurbo::Affine;

use super::PT_PER_MM;

/// How far a printer misses, and what is done about it: the card is moved by this before it is
/// printed. Directions are those of the side as it is read.
#[derive(Debug, Clone, Copy, PartialEq, serde::Serialize, serde::Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Adjust {
    /// To the right, in mm.
    pub right: f64,
    pub down: f64,
    /// Clockwise about the middle, in degrees.
    pub clockwise: f64,
    /// Larger about the middle, as a factor.
    pub scale: f64,
}

impl Default for Adjust {
    fn default() -> Self {
        Self::NONE
    }
}

impl Adjust {
    pub const NONE: Self = Self {
        right: 0.0,
        down: 0.0,
        clockwise: 0.0,
        scale: 1.0,
    };

    /// The move of an area of this size in pt.
    pub(super) fn affine(&self, [width, height]: [f64; 2]) -> Affine {
        if *self == Self::NONE {
            return Affine::IDENTITY;
        }
        let middle = (width / 2.0, height / 2.0);
        let about = Affine::scale(self.scale).then_rotate(-self.clockwise.to_radians());
        Affine::translate((self.right * PT_PER_MM, -self.down * PT_PER_MM))
            * Affine::translate(middle)
            * about
            * Affine::translate((-middle.0, -middle.1))
    }
}
