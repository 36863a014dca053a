//! The output intent's colour profile: sRGB's primaries and a gamma of 2.2, ICC version 2.
//!
//! Written here because PDF/A-1b wants a profile of ICC.1:1998-09 in the file and this one is
//! 500 bytes; the figures are those of IEC 61966-2-1, adapted to D50 as ICC profiles are.

pub fn srgb() -> Vec<u8> {
    let xyz = |values: [f64; 3]| {
        let mut data = b"XYZ \0\0\0\0".to_vec();
        for value in values {
            data.extend(((value * 65536.0).round() as i32).to_be_bytes());
        }
        data
    };
    let description = {
        let text = b"sRGB (gamma 2.2)\0";
        let mut data = b"desc\0\0\0\0".to_vec();
        data.extend((text.len() as u32).to_be_bytes());
        data.extend(text);
        // No Unicode and no Macintosh name: language, count, code, length and 67 bytes of nothing.
        data.extend([0; 4 + 4 + 2 + 1 + 67]);
        data
    };
    let gamma = {
        let mut data = b"curv\0\0\0\0\0\0\0\x01".to_vec();
        data.extend(((2.2 * 256.0_f64).round() as u16).to_be_bytes());
        data
    };
    let tags: [(&[u8; 4], Vec<u8>); 9] = [
        (b"desc", description),
        (b"cprt", b"text\0\0\0\0CC0\0".to_vec()),
        (b"wtpt", xyz([0.9642, 1.0, 0.8249])),
        (b"rXYZ", xyz([0.4361, 0.2225, 0.0139])),
        (b"gXYZ", xyz([0.3851, 0.7169, 0.0971])),
        (b"bXYZ", xyz([0.1431, 0.0606, 0.7139])),
        (b"rTRC", gamma.clone()),
        (b"gTRC", gamma.clone()),
        (b"bTRC", gamma),
    ];
    let mut table = (tags.len() as u32).to_be_bytes().to_vec();
    let mut body = Vec::new();
    let start = 128 + 4 + 12 * tags.len();
    for (signature, data) in &tags {
        table.extend(*signature);
        table.extend(((start + body.len()) as u32).to_be_bytes());
        table.extend((data.len() as u32).to_be_bytes());
        body.extend(data);
        body.resize(body.len().next_multiple_of(4), 0);
    }
    let mut profile = vec![0; 128];
    profile[0..4].copy_from_slice(&((start + body.len()) as u32).to_be_bytes());
    profile[8..12].copy_from_slice(&[2, 0x10, 0, 0]);
    profile[12..24].copy_from_slice(b"mntrRGB XYZ ");
    // The year, month and day of the profile; the time is left at midnight.
    for (at, value) in [(24, 2026_u16), (26, 1), (28, 1)] {
        profile[at..at + 2].copy_from_slice(&value.to_be_bytes());
    }
    profile[36..40].copy_from_slice(b"acsp");
    profile[68..80].copy_from_slice(&xyz([0.9642, 1.0, 0.8249])[8..]);
    profile.extend(table);
    profile.extend(body);
    profile
}
