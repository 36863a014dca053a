//! Huffman tables optimized for the symbol counts of a picture (ITU-T T.81, annex K.2).

use std::cmp::Reverse;

/// The maximum length of a code.
const MAX_LENGTH: usize = 16;

/// A table as stored in a DHT segment.
pub(super) struct Table {
    /// The number of codes of each length, 1 to 16.
    pub counts: [u8; MAX_LENGTH],
    /// The symbols in code order.
    pub symbols: Vec<u8>,
}

impl Table {
    /// The table that needs the fewest bits for these symbol counts.
    pub(super) fn optimized(uses: &[u32; 256]) -> Self {
        let mut symbols: Vec<u8> = (0..=255).filter(|&s| uses[usize::from(s)] > 0).collect();
        symbols.sort_by_key(|&s| (Reverse(uses[usize::from(s)]), s));
        // The code of all ones is reserved: it goes to an extra symbol with count zero.
        let weights = std::iter::once(0).chain(symbols.iter().rev().map(|&s| uses[usize::from(s)]));
        let mut lengths = limited(leaf_depths(&weights.collect::<Vec<_>>()));
        if let Some(longest) = lengths.iter_mut().rfind(|count| **count > 0) {
            *longest -= 1;
        }
        Self {
            counts: lengths,
            symbols,
        }
    }

    /// For each symbol, its code and the length of that code.
    pub(super) fn codes(&self) -> [(u16, u8); 256] {
        let mut codes = [(0, 0); 256];
        let mut symbols = self.symbols.iter();
        let mut code = 0u32;
        for (length, count) in (1..).zip(self.counts) {
            for &symbol in symbols.by_ref().take(count.into()) {
                codes[usize::from(symbol)] = (code as u16, length);
                code += 1;
            }
            code <<= 1;
        }
        codes
    }
}

/// The number of leaves at each depth of the Huffman tree over these weights. The weights ascend, so
/// inner nodes are created in ascending order too, and two queues replace a heap.
fn leaf_depths(weights: &[u32]) -> Vec<u32> {
    let leaves = weights.len();
    let mut weights = weights.to_vec();
    let mut parents = vec![0; 2 * leaves];
    let (mut leaf, mut node) = (0, leaves);
    for made in leaves..2 * leaves - 1 {
        let mut weight = 0;
        for _ in 0..2 {
            let from_leaves = leaf < leaves && (node == made || weights[leaf] <= weights[node]);
            let next = if from_leaves { &mut leaf } else { &mut node };
            weight += weights[*next];
            parents[*next] = made;
            *next += 1;
        }
        weights.push(weight);
    }
    // Parents come after their children, so depths follow from the root backwards.
    let mut depths = vec![0; 2 * leaves - 1];
    let mut at_depth = vec![0; leaves.max(MAX_LENGTH + 1)];
    for i in (0..2 * leaves - 2).rev() {
        depths[i] = depths[parents[i]] + 1;
        if i < leaves {
            at_depth[depths[i]] += 1;
        }
    }
    at_depth
}

/// Moves leaves up until none is deeper than [`MAX_LENGTH`] (ITU-T T.81, figure K.3).
fn limited(mut at_depth: Vec<u32>) -> [u8; MAX_LENGTH] {
    for deep in (MAX_LENGTH + 1..at_depth.len()).rev() {
        while at_depth[deep] > 0 {
            // A pair of leaves is removed. One replaces their parent; the other joins the nearest
            // higher leaf, which moves down one level.
            let above = (1..deep - 1)
                .rev()
                .find(|&depth| at_depth[depth] > 0)
                .expect("257 leaves do not fill a tree of sixteen levels");
            at_depth[deep] -= 2;
            at_depth[deep - 1] += 1;
            at_depth[above] -= 1;
            at_depth[above + 1] += 2;
        }
    }
    let mut lengths = [0; MAX_LENGTH];
    for (length, count) in lengths.iter_mut().zip(&at_depth[1..]) {
        *length = *count as u8;
    }
    lengths
}

#[cfg(test)]
mod tests {
    use super::*;

    fn uses(of: impl IntoIterator<Item = u32>) -> [u32; 256] {
        let mut uses = [0; 256];
        for (to, from) in uses.iter_mut().zip(of) {
            *to = from;
        }
        uses
    }

    fn length(table: &Table, symbol: u8) -> u8 {
        table.codes()[usize::from(symbol)].1
    }

    #[test]
    fn a_more_frequent_symbol_gets_a_shorter_code() {
        let table = Table::optimized(&uses([8, 4, 2, 1, 0]));
        let lengths = [0, 1, 2, 3, 4].map(|symbol| length(&table, symbol));
        assert_eq!(lengths, [1, 2, 3, 4, 0]);
        let even = Table::optimized(&uses([5; 7]));
        assert!((0..7).all(|symbol| length(&even, symbol) == 3));
    }

    #[test]
    fn no_code_is_longer_than_sixteen_bits_or_all_ones() {
        // Fibonacci numbers give the deepest tree.
        let (mut a, mut b) = (1, 1);
        let fibonacci = std::iter::repeat_with(|| {
            (a, b) = (b, a + b);
            a
        });
        for uses in [
            uses(fibonacci.take(40)),
            uses((0..256).map(|n| 1 + n * n * n)),
            uses([1]),
        ] {
            let table = Table::optimized(&uses);
            let used = uses.iter().filter(|n| **n > 0).count();
            assert_eq!(table.symbols.len(), used);
            assert_eq!(
                table.counts.iter().map(|n| usize::from(*n)).sum::<usize>(),
                used
            );
            let codes = table.codes();
            for (code, length) in codes.into_iter().filter(|(_, length)| *length > 0) {
                assert!(u32::from(code) < (1 << length) - 1, "{code:b} of {length}");
                let inside = codes.iter().filter(|(other, longer)| {
                    *longer >= length && other >> (longer - length) == code
                });
                assert_eq!(inside.count(), 1, "{code:b} begins another code");
            }
        }
    }
}
