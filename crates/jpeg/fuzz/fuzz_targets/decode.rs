//! Any bytes at any scale: no panic, and planes of the promised size.
#![no_main]

use kia_jpeg::{Header, Limits, Scale};
use libfuzzer_sys::fuzz_target;

const LIMITS: Limits = Limits {
    max_side: 2048,
    max_decode_bytes: 16 << 20,
};

fuzz_target!(|bytes: &[u8]| {
    let Ok(header) = Header::parse(bytes, &LIMITS) else {
        return;
    };
    for scale in Scale::ALL {
        // A file is whole or not, at every scale alike.
        let Ok(picture) = header.decode(|_| scale) else {
            assert!(header.decode(|_| Scale::FULL).is_err());
            return;
        };
        for plane in &picture.planes {
            let samples = plane.width as usize * plane.height as usize;
            assert_eq!(plane.samples.len(), samples);
            let (across, down) = plane.extent();
            assert!(across <= plane.width.into() && down <= plane.height.into());
        }
    }
});
