//! What a file or a text holds, told by sixteen bytes.

use xxhash_rust::xxh3::Xxh3;

/// xxh3-128 (seed 0) of bytes that come in pieces; the same as of all of them at once, and as `xxh128sum` prints.
#[derive(Clone, Default)]
pub struct Checksum(Xxh3);

impl Checksum {
    /// Of nothing yet.
    #[must_use]
    pub fn new() -> Self {
        Self(Xxh3::new())
    }

    /// The next piece.
    pub fn update(&mut self, piece: &[u8]) {
        self.0.update(piece);
    }

    /// The checksum of all pieces so far, as 32 hex digits.
    #[must_use]
    pub fn hex(&self) -> String {
        format!("{:032x}", self.0.digest128())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn is_what_others_print_for_nothing() {
        assert_eq!(Checksum::new().hex(), "99aa06d3014798d86001c324468d497f");
    }

    #[test]
    fn does_not_depend_on_where_the_pieces_end() {
        let bytes: Vec<u8> = (0..100_000_u32)
            .map(|number| (number % 251) as u8)
            .collect();
        let mut whole = Checksum::new();
        whole.update(&bytes);
        for size in [1, 7, 255, 256, 4_096, 99_999] {
            let mut pieces = Checksum::new();
            bytes.chunks(size).for_each(|piece| pieces.update(piece));
            assert_eq!(pieces.hex(), whole.hex(), "pieces of {size}");
        }
    }
}
