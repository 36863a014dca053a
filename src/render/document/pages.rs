//! The page tree and the boxes of a page.

use std::io::{self, Write};

use crate::render::PT_PER_MM;
use crate::render::pdf::{Dict, Pdf, Ref, numbers};
use crate::render::press::Press;

/// How many pages hang on one node: PDF 1.4 allows 8191 in an array, readers like fewer.
const PAGES_A_NODE: usize = 256;

/// Pages in order, in groups of which each hangs on a node of its own.
#[derive(Default)]
pub(super) struct Stack(Vec<(Ref, Vec<Ref>)>);

impl Stack {
    /// Takes a page and returns the node it hangs on.
    pub(super) fn push<W: Write>(&mut self, page: Ref, pdf: &mut Pdf<W>) -> Ref {
        match self.0.last_mut() {
            Some((node, kids)) if kids.len() < PAGES_A_NODE => {
                kids.push(page);
                *node
            }
            _ => {
                let node = pdf.reserve();
                self.0.push((node, vec![page]));
                node
            }
        }
    }

    /// From the last page to the first.
    fn turned(mut self) -> Self {
        self.0.reverse();
        for (_, kids) in &mut self.0 {
            kids.reverse();
        }
        self
    }
}

/// Writes the nodes of the page tree: the first stack, then the second, which may be `turned`.
pub(super) fn write_tree<W: Write>(
    pdf: &mut Pdf<W>,
    root: Ref,
    first: Stack,
    second: Stack,
    turned: bool,
) -> io::Result<()> {
    let second = if turned { second.turned() } else { second };
    let list = |refs: &[Ref]| {
        let refs: Vec<String> = refs.iter().map(Ref::to_string).collect();
        format!("[{}]", refs.join(" "))
    };
    let (mut nodes, mut pages) = (Vec::new(), 0);
    for (node, kids) in first.0.iter().chain(&second.0) {
        let dict = Dict::new()
            .name("Type", "Pages")
            .reference("Parent", root)
            .int("Count", kids.len() as i64)
            .raw("Kids", &list(kids));
        pdf.object(*node, dict)?;
        nodes.push(*node);
        pages += kids.len();
    }
    let dict = Dict::new()
        .name("Type", "Pages")
        .int("Count", pages as i64)
        .raw("Kids", &list(&nodes));
    pdf.object(root, dict)
}

/// The boxes of a page, as PDF arrays.
pub(super) struct Boxes {
    pub media: String,
    /// The card where it lies if the printer does not miss; the whole sheet for a sheet.
    pub trim: String,
}

/// The boxes of a side's page.
pub(super) fn boxes(press: &Press, side: usize) -> Boxes {
    let array = |corners: &[f64]| format!("[{}]", numbers(corners));
    let (size, around) = match press.sheet {
        Some(sheet) => (sheet.size, [0.0; 2]),
        None => (press.page.size(side), press.page.margins(side)),
    };
    let size = size.map(|mm| mm * PT_PER_MM);
    let [x, y] = around.map(|mm| mm * PT_PER_MM);
    Boxes {
        media: array(&[0.0, 0.0, size[0], size[1]]),
        trim: array(&[x, y, size[0] - x, size[1] - y]),
    }
}
