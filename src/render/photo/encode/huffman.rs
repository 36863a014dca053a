//! Huffman tables fitted to how often each symbol is used (ITU-T T.81, annex K.2).

use std::cmp::Reverse;

/// The longest code a JPEG may have.
const LONGEST: usize = 16;

/// A table as a DHT segment has it.
pub(super) struct Table {
    /// How many codes there are of each length, from one bit on.
    pub counts: [u8; LONGEST],
    /// The symbols in order of their codes.
    pub symbols: Vec<u8>,
}

impl Table {
    /// The table that takes the fewest bits where each symbol is used this often.
    pub(super) fn fitted(uses: &[u32; 256]) -> Self {
        let mut symbols: Vec<u8> = (0..=255).filter(|&s| uses[usize::from(s)] > 0).collect();
        symbols.sort_by_key(|&s| (Reverse(uses[usize::from(s)]), s));
        // A symbol that is never used takes the code of all ones, which a JPEG may not have.
        let weights = std::iter::once(0).chain(symbols.iter().rev().map(|&s| uses[usize::from(s)]));
        let mut lengths = shortened(tree(&weights.collect::<Vec<_>>()));
        if let Some(longest) = lengths.iter_mut().rfind(|count| **count > 0) {
            *longest -= 1;
        }
        Self {
            counts: lengths,
            symbols,
        }
    }

    /// For each symbol its code and the code's length.
    pub(super) fn words(&self) -> [(u16, u8); 256] {
        let mut words = [(0, 0); 256];
        let mut symbols = self.symbols.iter();
        let mut code = 0u32;
        for (length, count) in (1..).zip(self.counts) {
            for &symbol in symbols.by_ref().take(count.into()) {
                words[usize::from(symbol)] = (code as u16, length);
                code += 1;
            }
            code <<= 1;
        }
        words
    }
}

/// How many leaves of the Huffman tree over these weights lie at each depth. The weights ascend,
/// so the nodes made of two come about in ascending order too, and two queues are enough.
fn tree(weights: &[u32]) -> Vec<u32> {
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
    // Parents come after their children, so depths are known from the root backwards.
    let mut depths = vec![0; 2 * leaves - 1];
    let mut at_depth = vec![0; leaves.max(LONGEST + 1)];
    for i in (0..2 * leaves - 2).rev() {
        depths[i] = depths[parents[i]] + 1;
        if i < leaves {
            at_depth[depths[i]] += 1;
        }
    }
    at_depth
}

/// Moves leaves up until none is deeper than a code may be long (ITU-T T.81, figure K.3).
fn shortened(mut at_depth: Vec<u32>) -> [u8; LONGEST] {
    for deep in (LONGEST + 1..at_depth.len()).rev() {
        while at_depth[deep] > 0 {
            // Two brothers go: one takes their parent's place, the other becomes the brother of
            // the nearest leaf above, which moves down a step.
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
    let mut lengths = [0; LONGEST];
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
        table.words()[usize::from(symbol)].1
    }

    #[test]
    fn a_symbol_used_more_often_has_the_shorter_code() {
        let table = Table::fitted(&uses([8, 4, 2, 1, 0]));
        let lengths = [0, 1, 2, 3, 4].map(|symbol| length(&table, symbol));
        assert_eq!(lengths, [1, 2, 3, 4, 0]);
        let even = Table::fitted(&uses([5; 7]));
        assert!((0..7).all(|symbol| length(&even, symbol) == 3));
    }

    #[test]
    fn no_code_is_longer_than_sixteen_bits_or_all_ones() {
        // Fibonacci's numbers make the deepest tree.
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
            let table = Table::fitted(&uses);
            let used = uses.iter().filter(|n| **n > 0).count();
            assert_eq!(table.symbols.len(), used);
            assert_eq!(
                table.counts.iter().map(|n| usize::from(*n)).sum::<usize>(),
                used
            );
            let words = table.words();
            for (word, length) in words.into_iter().filter(|(_, length)| *length > 0) {
                assert!(u32::from(word) < (1 << length) - 1, "{word:b} of {length}");
                let inside = words.iter().filter(|(other, longer)| {
                    *longer >= length && other >> (longer - length) == word
                });
                assert_eq!(inside.count(), 1, "{word:b} begins another code");
            }
        }
    }
}
